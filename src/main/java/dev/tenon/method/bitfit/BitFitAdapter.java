package dev.tenon.method.bitfit;

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
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Biases by the model's names; what is added to an output is how far a bias has moved. */
final class BitFitAdapter extends TensorAdapter<BitFitConfig> implements ChannelVectors, Mergeable, Hooks {
    private static final String BIAS = ".bias";

    private final Network model;

    BitFitAdapter(Network model, BitFitConfig config, BitFitPlan plan) {
        super(
                config,
                ParameterSet.filled(model.device(), set -> {
                    plan.existing()
                            .keySet()
                            .forEach(path -> set.train(path + BIAS, BaseTensors.copy(model, path + BIAS)));
                    plan.created()
                            .forEach((path, width) ->
                                    set.train(path + BIAS, Tensors.zeros(DType.F32, Device.cpu(), width)));
                }),
                Stream.concat(plan.existing().keySet().stream(), plan.created().keySet().stream())
                        .toList());
        this.model = model;
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        return moved(site.path(), y);
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        return moved(site.path(), site.base(x));
    }

    private Tensor moved(String path, Tensor y) {
        Tensor bias = parameters().get(path + BIAS);
        return bias == null ? y : Kernels.call("move_bias", y, bias, BaseTensors.find(model, path + BIAS));
    }

    @Override
    public Map<ChannelPlace, Tensor> channelsOnly(Network network) {
        var shifts = new HashMap<ChannelPlace, Tensor>();
        parameters().forEach((name, bias) -> {
            String path = name.substring(0, name.length() - BIAS.length());
            Tensor shift = Kernels.call("bias_shift", bias, BaseTensors.find(network, name), network.type());
            shifts.put(new ChannelPlace(path, ChannelPlace.Role.SHIFT), shift.to(DType.F32));
        });
        return shifts;
    }

    @Override
    public Set<String> foldedNames() {
        return parameters().keySet();
    }

    @Override
    public Tensor folded(String name) {
        return parameter(name).detach().to(model.type()).copy();
    }
}
