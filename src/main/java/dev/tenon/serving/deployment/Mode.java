package dev.tenon.serving.deployment;

import dev.tenon.core.Problem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How an adapter that shall be resident is run. */
public enum Mode {
    /** Beside the base, as what it is: small, and its rows share what they can with those of others. */
    SEPARATE,
    /** Folded into copies of the tensors that it changes: as large as those, and as quick as the base. */
    FUSED;

    /** As it is written in JSON and in the database. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Mode of(String wire) {
        return Arrays.stream(values())
                .filter(mode -> mode.wire().equals(wire))
                .findFirst()
                .orElseThrow(() -> Problem.invalid(
                        "mode",
                        "invalid_value",
                        "'mode' is '%s' and must be one of %s."
                                .formatted(
                                        wire,
                                        Arrays.stream(values()).map(Mode::wire).collect(Collectors.joining(", ")))));
    }
}
