package dev.tenon.training;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import java.util.List;

/**
 * The gradients of another source, the documents of a batch dealt to lanes and what they give added up in their order. A
 * source that draws random numbers (dropout) is left whole: lanes would draw them in no fixed order.
 */
final class ParallelSource implements GradientSource {
    private final GradientSource source;
    private final Lanes lanes;
    private boolean looked;
    private boolean random;

    ParallelSource(GradientSource source, int most) {
        this.source = source;
        this.lanes = new Lanes(most);
    }

    /** Once, before a step: sees by a computation whether random numbers are drawn. Leaves the generator anywhere. */
    @Override
    public void look(Batch batch) {
        if (looked || lanes.count() < 2) {
            return;
        }
        looked = true;
        try (var scope = Scope.open()) {
            double before = nextRandom();
            Engine.seed(1);
            source.compute(batch.parts(batch.sequences().lengths().length).getFirst(), 1);
            random = nextRandomAsItStands() != before;
        }
    }

    private static double nextRandom() {
        Engine.seed(1);
        return nextRandomAsItStands();
    }

    private static double nextRandomAsItStands() {
        return Tensors.randnOn(Device.cpu(), DType.F32, 1, 1).item();
    }

    @Override
    public Result compute(Batch batch, double weight) {
        var parts = random ? List.of(batch) : batch.parts(lanes.count());
        if (parts.size() < 2) {
            return source.compute(parts.getFirst(), weight);
        }
        try (var here = Scope.open()) {
            var results = lanes.each(parts, part -> {
                try (var scope = Scope.open()) {
                    var result = source.compute(part, weight);
                    here.own(result.loss());
                    here.own(result.correct());
                    result.gradients().forEach(here::own);
                    return result;
                }
            });
            var sum = results.getFirst();
            var loss = sum.loss();
            var correct = sum.correct();
            for (var other : results.subList(1, results.size())) {
                loss = loss.add(other.loss());
                correct = correct.add(other.correct());
                Kernels.callNothing("accumulate", sum.gradients(), other.gradients());
            }
            sum.gradients().forEach(here::keep);
            return new Result(here.keep(loss), here.keep(correct), sum.gradients());
        }
    }

    @Override
    public void close() {
        lanes.close();
    }
}
