package dev.tenon.registry.composition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /api/v1/adapters/compose}.
 *
 * @param name of the adapter whose next version is made
 * @param parts models of one base with their weights; a missing weight is 1
 * @param form in which the result of a merge is stored: {@code auto} (the default), {@code lora} or {@code delta}
 * @param head the part whose head for labels is kept, where more than one has a head
 */
record ComposeBody(
        @Nullable String name,
        @Nullable String operation,
        @Nullable List<@Nullable PartBody> parts,
        @Nullable Double density,
        @Nullable Long seed,
        @Nullable Integer rank,
        @Nullable String form,
        @Nullable String head) {

    record PartBody(@Nullable String model, @Nullable Double weight) {}
}
