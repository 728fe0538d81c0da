package dev.tenon.tensor;

/**
 * Records what kernels do to tensors that require gradients, on the thread that opened it. Outside a tape nothing is
 * recorded.
 */
public final class Tape implements AutoCloseable {
    private Tape() {
        Native.gradients(true);
    }

    public static Tape open() {
        return new Tape();
    }

    /** Adds d(loss)/d(parameter) to {@link Tensor#grad} of every parameter that led to {@code loss} (a scalar). */
    public void backward(Tensor loss) {
        Kernels.callNothing("backward", loss);
    }

    @Override
    public void close() {
        Native.gradients(false);
    }
}
