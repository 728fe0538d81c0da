package dev.tenon.method;

import dev.tenon.core.Problem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The non-linear part of a bottleneck; the order is that of the kernel {@code activated}. */
public enum Activation {
    IDENTITY,
    RELU,
    GELU,
    GELU_NEW,
    TANH,
    SILU;

    /**
     * By its name in settings.
     *
     * @param field of the settings, for the refusal
     */
    public static Activation named(String field, String name) {
        for (Activation activation : values()) {
            if (activation.label().equals(name)) {
                return activation;
            }
        }
        throw Problem.invalid(
                "adapter." + field,
                "invalid_value",
                "'adapter.%s' is '%s' and must be one of %s."
                        .formatted(
                                field,
                                name,
                                Arrays.stream(values()).map(Activation::label).collect(Collectors.joining(", "))));
    }

    private String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What the kernel knows it by. */
    public int code() {
        return ordinal();
    }
}
