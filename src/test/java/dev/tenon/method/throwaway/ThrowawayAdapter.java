package dev.tenon.method.throwaway;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One gain for every output channel of chosen layers, {@code g [out]}. */
final class ThrowawayAdapter extends TensorAdapter<ThrowawayConfig> implements Mergeable, Hooks {
    private static final String GAIN = ".gain";

    private final Network model;

    ThrowawayAdapter(Network model, ThrowawayConfig config, List<SiteShape> sites) {
        super(
                config,
                ParameterSet.filled(
                        model.device(),
                        set -> sites.forEach(site -> set.train(
                                site.path() + GAIN,
                                Tensors.full(config.start(), DType.F32, Device.cpu(), site.out())))),
                sites.stream().map(SiteShape::path).toList());
        this.model = model;
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        Tensor gain = parameters().get(site.path() + GAIN);
        return gain == null ? y : Kernels.call("scale_channels", y, gain);
    }

    @Override
    public Set<String> foldedNames() {
        var names = new LinkedHashSet<String>();
        for (String path : matchedModules()) {
            names.add(path + ".weight");
            if (BaseTensors.find(model, path + ".bias") != null) {
                names.add(path + ".bias");
            }
        }
        return names;
    }

    @Override
    public Tensor folded(String name) {
        Tensor base = BaseTensors.require(model, name);
        Tensor gain = parameter(name.substring(0, name.lastIndexOf('.')) + GAIN);
        return Kernels.call("fold_scale", base, base.rank() == 2 ? gain.reshape(-1, 1) : gain);
    }
}
