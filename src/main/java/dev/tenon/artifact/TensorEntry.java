package dev.tenon.artifact;

import java.util.List;

/**
 * One tensor of a safetensors file.
 *
 * @param offset first byte, counted from the start of the data after the header
 * @param bytes length in bytes: the product of {@code shape} times the element's size
 */
public record TensorEntry(String name, ElementType type, List<Long> shape, long offset, long bytes) {
    public TensorEntry {
        shape = List.copyOf(shape);
    }

    /** {@code shape} as an array. */
    public long[] dimensions() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }
}
