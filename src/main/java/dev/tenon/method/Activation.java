package dev.tenon.method;

import java.util.Locale;

/** The non-linear part of a bottleneck; the order is that of the kernel {@code activated}. */
public enum Activation {
    IDENTITY,
    RELU,
    GELU,
    GELU_NEW,
    TANH,
    SILU;

    /** By its name in settings, such as {@code gelu_new}. */
    public static Activation named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** What the kernel knows it by. */
    public int code() {
        return ordinal();
    }
}
