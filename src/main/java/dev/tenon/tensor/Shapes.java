package dev.tenon.tensor;

/** Arithmetic on shapes. */
final class Shapes {
    private Shapes() {}

    static long elements(long[] shape) {
        long size = 1;
        for (long side : shape) {
            size = Math.multiplyExact(size, side);
        }
        return size;
    }
}
