package dev.tenon.model;

import dev.tenon.core.Problem;
import tools.jackson.databind.JsonNode;

/** Reads fields of a {@code config.json}, refusing what is missing or not supported by its name. */
public final class ConfigJson {
    private ConfigJson() {}

    /** A field that must be a positive whole number. */
    public static int number(JsonNode json, String field) {
        int value = json.path(field).asInt(0);
        if (value < 1) {
            throw Problem.invalid("file", "invalid_config", "'config.json' needs a positive '%s'.".formatted(field));
        }
        return value;
    }

    /** Requires that a field has a value, where it is there at all. */
    public static void require(JsonNode json, String field, String value) {
        String found = json.path(field).asString(value);
        if (!found.equals(value)) {
            throw unsupported(field, "'%s' (supported: %s)".formatted(found, value));
        }
    }

    public static Problem unsupported(String field, String what) {
        return Problem.invalid("file", "unsupported_config", "'config.json' has %s = %s.".formatted(field, what));
    }
}
