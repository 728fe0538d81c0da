package dev.tenon.method.ia3;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.ChannelVectors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.OwnTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.SavedHooks;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.ChannelPlace;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Factors on the channels of linear layers; names are those of PEFT without its prefix. */
final class Ia3Adapter extends TensorAdapter<Ia3Config> implements ChannelVectors, Mergeable, SavedHooks {
    private static final String FACTORS = ".ia3_l";

    private final Network model;
    private final Ia3Plan plan;
    private final OwnTensors saved = new OwnTensors();

    Ia3Adapter(Network model, Ia3Config config, Ia3Plan plan) {
        super(
                config,
                ParameterSet.filled(model.device(), set -> {
                    plan.factors()
                            .forEach((path, shape) ->
                                    set.train(path + FACTORS, Tensors.ones(DType.F32, Device.cpu(), shape)));
                    plan.saved().keySet().forEach(name -> set.train(name, BaseTensors.copy(model, name)));
                }),
                Stream.concat(
                                plan.factors().keySet().stream(),
                                plan.saved().keySet().stream().map(name -> name.substring(0, name.lastIndexOf('.'))))
                        .toList());
        this.model = model;
        this.plan = plan;
        plan.saved().keySet().forEach(name -> saved.put(name, parameter(name)));
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    private boolean atInput(String path) {
        long[] shape = plan.factors().get(path);
        return shape != null && shape[0] == 1;
    }

    private boolean atOutput(String path) {
        return plan.factors().containsKey(path) && !atInput(path);
    }

    private Tensor scaled(String path, Tensor x) {
        return Kernels.call("scale_channels", x, parameter(path + FACTORS));
    }

    @Override
    public OwnTensors saved() {
        return saved;
    }

    @Override
    public Tensor linearInput(LinearSite site, Tensor x) {
        return atInput(site.path()) ? scaled(site.path(), x) : x;
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        return atOutput(site.path()) ? scaled(site.path(), y) : y;
    }

    @Override
    public Map<ChannelPlace, Tensor> channelsOnly(Network network) {
        var vectors = new HashMap<ChannelPlace, Tensor>();
        if (!saved.names().isEmpty()) {
            vectors.putAll(saved.channelsOnly(network));
            if (vectors.isEmpty()) {
                return vectors;
            }
        }
        for (String path : plan.factors().keySet()) {
            var role = atInput(path) ? ChannelPlace.Role.INPUT : ChannelPlace.Role.OUTPUT;
            vectors.put(new ChannelPlace(path, role), parameter(path + FACTORS));
        }
        return vectors;
    }

    @Override
    public Set<String> foldedNames() {
        var names = new LinkedHashSet<String>();
        for (String path : plan.factors().keySet()) {
            names.add(path + ".weight");
            if (atOutput(path) && BaseTensors.find(model, path + ".bias") != null) {
                names.add(path + ".bias");
            }
        }
        names.addAll(saved.names());
        return names;
    }

    @Override
    public Tensor folded(String name) {
        Tensor base = BaseTensors.require(model, name);
        Tensor own = saved.folded(name, base);
        if (own != null) {
            return own;
        }
        Tensor factors = parameter(name.substring(0, name.lastIndexOf('.')) + FACTORS);
        return Kernels.call("fold_scale", base, base.rank() == 1 ? factors.reshape(-1) : factors);
    }
}
