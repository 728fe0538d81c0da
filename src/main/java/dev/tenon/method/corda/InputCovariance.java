package dev.tenon.method.corda;

import dev.tenon.method.Calibration;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The mean over examples of {@code Xᵀ X [in, in]} of what layers are fed with, each example scaled by its largest value. */
final class InputCovariance implements Hooks {
    private final Map<String, Tensor> sums = new LinkedHashMap<>();
    private long[] lengths = {};

    private InputCovariance() {}

    /** By layer, owned by the current scope. */
    static Map<String, Tensor> collect(Network model, List<SiteShape> layers, Calibration calibration) {
        var hooks = new InputCovariance();
        layers.forEach(layer ->
                hooks.sums.put(layer.path(), Tensors.zeros(DType.F32, model.device(), layer.in(), layer.in())));
        long examples = 0;
        for (var batch : calibration.batches()) {
            hooks.lengths = batch.lengths();
            examples += hooks.lengths.length;
            try (var scope = Scope.open()) {
                model.hidden(batch, hooks);
            }
        }
        double share = 1.0 / examples;
        hooks.sums.replaceAll((path, sum) -> sum.mul(share));
        return hooks.sums;
    }

    @Override
    public Tensor linearInput(LinearSite site, Tensor x) {
        Tensor sum = sums.get(site.path());
        if (sum != null) {
            Kernels.callNothing("add_covariance", sum, x, lengths);
        }
        return x;
    }
}
