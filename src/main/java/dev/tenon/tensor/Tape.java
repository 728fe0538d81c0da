package dev.tenon.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Records operations for reverse-mode differentiation on this thread while it is open. Gradients add up in the leaves
 * until {@link Tensor#zeroGrad}; {@link #gradients} gives fresh ones and leaves the leaves alone.
 */
public final class Tape implements AutoCloseable {
    private final ThreadState state;

    private Tape(ThreadState state) {
        this.state = state;
    }

    /** Starts to record; only one tape may be open on a thread. */
    public static Tape open() {
        ThreadState state = ThreadState.current();
        if (state.tape != null) {
            throw new IllegalStateException("a tape is already open on this thread");
        }
        var tape = new Tape(state);
        state.tape = tape;
        Glue.gradMode(true);
        return tape;
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
        }
    }

    /** The gradients of a scalar with respect to tensors on its graph, in their order; frees the graph. */
    public List<Tensor> gradients(Tensor loss, List<Tensor> sources) {
        return new ArrayList<>(Kernels.callList("gradients_of", loss, sources));
    }

    @Override
    public void close() {
        if (state.tape == this) {
            state.tape = null;
            Glue.gradMode(false);
        }
    }
}
