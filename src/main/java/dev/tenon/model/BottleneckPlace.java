package dev.tenon.model;

/**
 * Where an adapter has a bottleneck.
 *
 * @param path of a linear layer or a part of a block
 */
public record BottleneckPlace(String path, Role role) {
    /** What a bottleneck {@code a} reads and what it is added to. */
    public enum Role {
        /** {@code h + a(h)} on a block part's output. */
        AFTER_PART,
        /** {@code h + a(x)} on a block part's output and input. */
        BESIDE_PART,
        /** {@code r + a(r)} on the residual stream behind a block part. */
        ON_STREAM,
        /** {@code x + a(x)} on a linear layer's input. */
        BEFORE_LINEAR,
        /** {@code y + a(y)} on a linear layer's output. */
        AFTER_LINEAR,
        /** {@code y + a(x)} on a linear layer's output and input. */
        BESIDE_LINEAR
    }
}
