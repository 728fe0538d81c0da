package dev.tenon.openai.error;

import dev.tenon.core.Problem;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.MismatchedInputException;

/** Bodies that are not the JSON they should be. */
public final class BadJson {
    private BadJson() {}

    /**
     * As {@link #problem(JacksonException)}, of a body whose reader stopped in a field.
     *
     * @param field its path; empty outside of any
     */
    public static Problem problem(JacksonException e, String field) {
        if (!(e instanceof StreamConstraintsException) || field.isEmpty()) {
            return problem(e);
        }
        return Problem.invalid(
                field,
                "invalid_json",
                "'%s' is more than is read: a number may have 1000 digits, a name 50000 characters, and arrays and objects may lie in one another 500 deep."
                        .formatted(field));
    }

    /** Names the line and column where reading stopped, or the field whose type is wrong. */
    public static Problem problem(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            return Problem.invalid(null, "invalid_json", "The JSON body exceeds a limit: " + e.getOriginalMessage());
        }
        if (e instanceof InputCoercionException outside && !outside.getPath().isEmpty()) {
            var field = field(outside);
            return Problem.invalid(
                    field,
                    "invalid_value",
                    "'%s' is outside the whole numbers that are possible here.".formatted(field));
        }
        if (e instanceof DatabindException binding && !binding.getPath().isEmpty()) {
            var field = field(binding);
            return Problem.invalid(field, "invalid_type", "'%s' %s.".formatted(field, wanted(binding)));
        }
        var at = e.getLocation();
        var where = at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
        return Problem.invalid(null, "invalid_json", "The request body is not valid JSON%s.".formatted(where));
    }

    private static String field(JacksonException e) {
        var path = new StringBuilder();
        for (var step : e.getPath()) {
            var name = step.getPropertyName();
            if (name == null) {
                path.append('[').append(step.getIndex()).append(']');
            } else {
                path.append(path.isEmpty() ? "" : ".").append(name);
            }
        }
        return path.toString();
    }

    private static String wanted(DatabindException e) {
        var type = e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
        return type == Integer.class || type == int.class || type == Long.class || type == long.class
                ? "must be a whole number"
                : "has the wrong type";
    }

    public static Problem missing() {
        return Problem.invalid(null, "invalid_json", "The request needs a JSON object as its body.");
    }
}
