package dev.tenon.method.ssf;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.ChannelVectors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.ChannelPlace;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** A factor and a summand for every channel of linear layers and norms. */
final class SsfAdapter extends TensorAdapter<SsfConfig> implements ChannelVectors, Mergeable, Hooks {
    private static final String SCALE = ".ssf_scale";
    private static final String SHIFT = ".ssf_shift";
    private static final double DEVIATION = 0.02;

    private final Network model;

    SsfAdapter(Network model, SsfConfig config, SsfPlan plan, long seed) {
        super(
                config,
                ParameterSet.filled(
                        model.device(),
                        set -> plan.widths().forEach((path, width) -> {
                            set.train(path + SCALE, near(1, seed, path + SCALE, width));
                            if (plan.shifted().contains(path)) {
                                set.train(path + SHIFT, near(0, seed, path + SHIFT, width));
                            }
                        })),
                plan.widths().keySet());
        this.model = model;
    }

    private static Tensor near(double mean, long seed, String name, int width) {
        return Tensors.randn(ParameterSet.random(seed, name), width)
                .mul(DEVIATION)
                .add(mean);
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        return changed(site.path(), y);
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        return changed(site.path(), site.base(x));
    }

    private Tensor changed(String path, Tensor y) {
        Tensor scale = parameters().get(path + SCALE);
        return scale == null
                ? y
                : Kernels.call("scale_and_shift", y, scale, parameters().get(path + SHIFT));
    }

    @Override
    public Map<ChannelPlace, Tensor> channelsOnly(Network network) {
        var vectors = new HashMap<ChannelPlace, Tensor>();
        parameters().forEach((name, vector) -> {
            boolean scale = name.endsWith(SCALE);
            String path = name.substring(0, name.length() - (scale ? SCALE : SHIFT).length());
            vectors.put(new ChannelPlace(path, scale ? ChannelPlace.Role.OUTPUT : ChannelPlace.Role.SHIFT), vector);
        });
        return vectors;
    }

    @Override
    public Set<String> foldedNames() {
        var names = new LinkedHashSet<String>();
        for (String path : matchedModules()) {
            names.add(path + ".weight");
            if (parameters().containsKey(path + SHIFT) || BaseTensors.find(model, path + ".bias") != null) {
                names.add(path + ".bias");
            }
        }
        return names;
    }

    @Override
    public Tensor folded(String name) {
        String path = name.substring(0, name.lastIndexOf('.'));
        Tensor scale = parameter(path + SCALE);
        Tensor base = BaseTensors.find(model, name);
        if (name.endsWith(".bias")) {
            return Kernels.call("fold_shift", base, scale, parameters().get(path + SHIFT), model.type());
        }
        return Kernels.call("fold_scale", base, base != null && base.rank() == 2 ? scale.reshape(-1, 1) : scale);
    }
}
