package dev.tenon.tensor;

/**
 * Tensors that stay together on libtorch's side, to be passed to kernels many times without being gathered again. It
 * keeps their memory alive until it is closed; the {@link Ledger} does not count it.
 */
public final class TensorList implements AutoCloseable {
    private long value;

    TensorList(long value) {
        this.value = value;
    }

    long value() {
        if (value == 0) {
            throw new IllegalStateException("this list is closed");
        }
        return value;
    }

    @Override
    public void close() {
        if (value != 0) {
            Glue.deleteValue(value);
            value = 0;
        }
    }
}
