package dev.tenon.experiments;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.OwnTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.model.Hooks;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** Trains a random network's own tensors and puts them in place, so that there is a base to adapt. */
final class Pretraining {
    private Pretraining() {}

    /** @param loss a scalar for the hooks and a step's number */
    static void run(Network model, int steps, double rate, BiFunction<Hooks, Integer, Tensor> loss) {
        try (var set = tensors(model, name -> true)) {
            var hooks = hooks(set);
            Fit.run(set.parameters().values(), steps, rate, step -> loss.apply(hooks, step));
            set.parameters()
                    .forEach((name, trained) -> BaseTensors.require(model, name).copyFrom(trained));
        }
    }

    /** Trainable copies of the model's tensors. */
    static ParameterSet tensors(Network model, Predicate<String> wanted) {
        return ParameterSet.filled(
                model.device(),
                set -> ModelOutline.of(model.config()).tensors().keySet().stream()
                        .filter(wanted)
                        .filter(name -> BaseTensors.find(model, name) != null)
                        .forEach(name -> set.train(name, BaseTensors.copy(model, name))));
    }

    /** The model with the copies in place of its own. */
    static Hooks hooks(ParameterSet set) {
        var own = new OwnTensors();
        set.parameters().forEach(own::put);
        return own;
    }
}
