package dev.tenon.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The segments of a tape, in the order in which they were computed. Each draws its random numbers from a seed of its own. */
final class Segments implements AutoCloseable {
    private final Scope owner = Scope.detached();
    private final List<Segment> segments = new ArrayList<>();

    /**
     * One segment.
     *
     * @param source what it was given, as it came
     * @param input a leaf with the same data
     * @param output a leaf with what it gave
     */
    private record Segment(Tensor source, Tensor input, Tensor output, UnaryOperator<Tensor> part, long seed) {}

    Tensor run(Tensor source, UnaryOperator<Tensor> part) {
        try (var scope = Scope.open()) {
            long seed = (long) Kernels.call("drawn_seed").item();
            Tensor input = owner.own(source.detach());
            Engine.seed(seed);
            Tensor output = owner.own(unrecorded(input, part));
            input.requireGrad(true);
            output.requireGrad(true);
            segments.add(new Segment(source, input, output, part, seed));
            return output;
        }
    }

    private static Tensor unrecorded(Tensor input, UnaryOperator<Tensor> part) {
        Glue.gradMode(false);
        try {
            Tensor output = part.apply(input);
            return output == input ? input.detach() : output;
        } finally {
            Glue.gradMode(true);
        }
    }

    /** Goes back through all segments, the last first, whose outputs have their gradients by then. */
    void backward() {
        for (Segment segment : segments.reversed()) {
            try (var scope = Scope.open()) {
                Tensor gradient = segment.output().grad();
                Engine.seed(segment.seed());
                Tensor again = segment.part().apply(segment.input());
                Glue.backward(again.handle(), gradient.handle());
                if (Kernels.call("is_differentiated", segment.source()).item() != 0) {
                    Glue.backward(
                            segment.source().handle(), segment.input().grad().handle());
                }
            }
            segment.output().close();
            segment.input().close();
        }
        segments.clear();
    }

    @Override
    public void close() {
        owner.close();
    }
}
