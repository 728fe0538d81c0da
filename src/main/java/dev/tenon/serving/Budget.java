package dev.tenon.serving;

import dev.tenon.core.Problem;

/**
 * The bytes that all things of a kind may take together.
 *
 * @param what one of them is called
 * @param setting that says how many bytes
 */
record Budget(String what, String setting, long bytes) {
    static Budget adapters(ServingSettings settings) {
        return new Budget(
                "adapter",
                "tenon.serving.adapter-memory",
                settings.adapterMemory().toBytes());
    }

    /** @param what {@code base model} or {@code encoder}, each of which has as much */
    static Budget bases(String what, ServingSettings settings) {
        return new Budget(
                what, "tenon.serving.base-memory", settings.baseMemory().toBytes());
    }

    /** @throws Problem 400 where it would not fit if it were alone, so that no waiting helps */
    void requirePossible(long wanted) {
        if (wanted > bytes) {
            throw Problem.invalid(
                    "model",
                    "too_large_to_serve",
                    ("This %s needs %d bytes of memory; '%s' allows %d for all of them. Raise that setting or take a"
                                    + " smaller %1$s.")
                            .formatted(what, wanted, setting, bytes));
        }
    }
}
