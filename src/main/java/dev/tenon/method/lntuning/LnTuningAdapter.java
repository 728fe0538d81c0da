package dev.tenon.method.lntuning;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.ChannelVectors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.OwnTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.Objects;
import java.util.Set;

/** Norms that are trained whole. */
final class LnTuningAdapter extends TensorAdapter<LnTuningConfig> implements ChannelVectors, Mergeable {
    private final Network model;
    private final LnTuningPlan plan;
    private final OwnTensors own = new OwnTensors();

    LnTuningAdapter(Network model, LnTuningConfig config, LnTuningPlan plan) {
        super(
                config,
                ParameterSet.filled(
                        model.device(),
                        set -> plan.shapes()
                                .keySet()
                                .forEach(name -> set.train(plan.parameter(name), BaseTensors.copy(model, name)))),
                plan.shapes().keySet().stream()
                        .map(name -> name.substring(0, name.lastIndexOf('.')))
                        .toList());
        this.model = model;
        this.plan = plan;
        plan.shapes().keySet().forEach(name -> own.put(name, parameter(plan.parameter(name))));
    }

    /** Paths of the norms that are trained, which PEFT's files name each. */
    Set<String> norms() {
        return plan.norms();
    }

    @Override
    public Hooks hooks() {
        return own;
    }

    @Override
    public Set<String> foldedNames() {
        return own.names();
    }

    @Override
    public Tensor folded(String name) {
        return Objects.requireNonNull(own.folded(name, BaseTensors.require(model, name)), name);
    }
}
