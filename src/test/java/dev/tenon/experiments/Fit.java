package dev.tenon.experiments;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** AdamW without decay, its rate rising over a twentieth of the steps and falling by a cosine. */
final class Fit {
    private static final double CLIP = 1;

    private Fit() {}

    /** Parameters that learn at one rate. */
    record Group(Collection<Tensor> parameters, double rate) {}

    /** @param loss a scalar for a step's number, computed on the tape */
    static void run(Collection<Tensor> parameters, int steps, double rate, IntFunction<Tensor> loss) {
        run(List.of(new Group(parameters, rate)), steps, loss);
    }

    static void run(List<Group> groups, int steps, IntFunction<Tensor> loss) {
        run(groups, steps, loss, step -> {});
    }

    /** @param after told the number of every step that was made */
    static void run(List<Group> groups, int steps, IntFunction<Tensor> loss, IntConsumer after) {
        var leaves =
                groups.stream().flatMap(group -> group.parameters().stream()).toList();
        try (var scope = Scope.open()) {
            var first = leaves.stream().map(Fit::zeros).toList();
            var second = leaves.stream().map(Fit::zeros).toList();
            for (int step = 1; step <= steps; step++) {
                try (var inner = Scope.open();
                        var tape = Tape.open()) {
                    var gradients = tape.gradients(loss.apply(step), leaves);
                    Kernels.callNothing("clip_gradients", gradients, CLIP);
                    int at = 0;
                    for (Group group : groups) {
                        double now = group.rate() * course(step, steps);
                        for (Tensor leaf : group.parameters()) {
                            var gradient = gradients.get(at);
                            Kernels.callNothing(
                                    "adamw_step",
                                    List.of(leaf),
                                    List.of(gradient),
                                    gradient,
                                    first.get(at),
                                    second.get(at),
                                    now,
                                    0.9,
                                    0.999,
                                    1e-8,
                                    0.0,
                                    step);
                            at++;
                        }
                    }
                }
                after.accept(step);
            }
        }
    }

    private static double course(int step, int steps) {
        double warm = Math.max(1, steps / 20.0);
        return step < warm ? step / warm : 0.5 * (1 + Math.cos(Math.PI * (step - warm) / (steps - warm + 1)));
    }

    private static Tensor zeros(Tensor like) {
        return Kernels.call("zeros_like", like.detach());
    }
}
