package dev.tenon.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Records operations for reverse-mode differentiation on this thread while it is open. Gradients add up in the leaves
 * until {@link Tensor#zeroGrad}; {@link #gradients} gives fresh ones and leaves the leaves alone.
 *
 * <p>A tape {@linkplain #inSegments in segments} keeps of every {@link #segment} only its input and computes the rest
 * anew when the gradient comes by (Chen et al. 2016, Training Deep Nets with Sublinear Memory Cost): what is made inside
 * a segment exists for one segment at a time.
 */
public final class Tape implements AutoCloseable {
    private final ThreadState state;

    private final @Nullable Segments segments;

    private Tape(ThreadState state, @Nullable Segments segments) {
        this.state = state;
        this.segments = segments;
    }

    /** Starts to record; only one tape may be open on a thread. */
    public static Tape open() {
        return open(null);
    }

    /** The same for a tape in segments; gradients are then of leaves only, and one pass of a loss is taken back once. */
    public static Tape inSegments() {
        return open(new Segments());
    }

    private static Tape open(@Nullable Segments segments) {
        ThreadState state = ThreadState.current();
        if (state.tape != null) {
            throw new IllegalStateException("a tape is already open on this thread");
        }
        var tape = new Tape(state, segments);
        state.tape = tape;
        Glue.gradMode(true);
        return tape;
    }

    /**
     * A part of a computation that a tape in segments does not keep; without one it is simply computed. It sees nothing
     * that is differentiated but its input and leaves, and gives the same each time but for libtorch's random numbers.
     */
    public static Tensor segment(Tensor input, UnaryOperator<Tensor> part) {
        Tape tape = ThreadState.current().tape;
        return tape == null || tape.segments == null ? part.apply(input) : tape.segments.run(input, part);
    }

    /** Whether operations on this thread are being recorded. */
    public static boolean isRecording() {
        return ThreadState.current().tape != null;
    }

    /** Adds the gradient of a scalar to every leaf that it came from, and frees the graph. */
    public void backward(Tensor loss) {
        try (var scope = Scope.open()) {
            Tensor seed = Kernels.call("ones_as", loss);
            Glue.backward(loss.handle(), seed.handle());
            if (segments != null) {
                segments.backward();
            }
        }
    }

    /** The gradients of a scalar with respect to tensors on its graph, in their order; frees the graph. */
    public List<Tensor> gradients(Tensor loss, List<Tensor> sources) {
        return segments != null
                ? throughLeaves(loss, sources)
                : new ArrayList<>(Kernels.callList("gradients_of", loss, sources));
    }

    /** The gradients that outputs, whose own gradients are the seeds, hand on to tensors on their graph; frees the graph. */
    public List<Tensor> gradients(List<Tensor> outputs, List<Tensor> seeds, List<Tensor> sources) {
        if (segments == null) {
            return Kernels.callList("chained_gradients", outputs, seeds, sources);
        }
        Tensor total = outputs.getFirst().mul(seeds.getFirst()).sum();
        for (int i = 1; i < outputs.size(); i++) {
            total = total.add(outputs.get(i).mul(seeds.get(i)).sum());
        }
        return throughLeaves(total, sources);
    }

    private List<Tensor> throughLeaves(Tensor loss, List<Tensor> leaves) {
        leaves.forEach(Tensor::zeroGrad);
        backward(loss);
        var gradients = new ArrayList<Tensor>();
        leaves.forEach(leaf -> gradients.add(leaf.grad().copy()));
        leaves.forEach(Tensor::zeroGrad);
        return gradients;
    }

    @Override
    public void close() {
        if (state.tape == this) {
            state.tape = null;
            Glue.gradMode(false);
            if (segments != null) {
                segments.close();
            }
        }
    }
}
