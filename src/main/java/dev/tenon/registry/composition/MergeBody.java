package dev.tenon.registry.composition;

import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/v1/adapters/{name}/merge}.
 *
 * @param name of the base model that is made
 * @param dtype {@code base} (the default) keeps the type of the base's weights, {@code float32} loses nothing
 */
record MergeBody(@Nullable String name, @Nullable String dtype) {}
