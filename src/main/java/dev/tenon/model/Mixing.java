package dev.tenon.model;

import java.util.List;

/** Makes one thing of the hooks of a batch whose tokens belong to different adapters. */
@FunctionalInterface
public interface Mixing {
    /** Hooks over tokens that the spans cover without a gap, in their order. */
    Hooks over(List<Span> spans);
}
