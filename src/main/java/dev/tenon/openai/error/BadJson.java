package dev.tenon.openai.error;

import dev.tenon.core.Problem;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.databind.DatabindException;

/** Bodies that are not the JSON they should be. */
public final class BadJson {
    private BadJson() {}

    /** Names the line and column where reading stopped, or the field whose type is wrong. */
    public static Problem problem(JacksonException e) {
        if (e instanceof StreamConstraintsException) {
            return Problem.invalid(null, "invalid_json", "The JSON body exceeds a limit: " + e.getOriginalMessage());
        }
        if (e instanceof DatabindException binding && !binding.getPath().isEmpty()) {
            var path = new StringBuilder();
            for (var step : binding.getPath()) {
                var name = step.getPropertyName();
                if (name == null) {
                    path.append('[').append(step.getIndex()).append(']');
                } else {
                    path.append(path.isEmpty() ? "" : ".").append(name);
                }
            }
            return Problem.invalid(path.toString(), "invalid_type", "'" + path + "' has the wrong type.");
        }
        var at = e.getLocation();
        var where = at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
        return Problem.invalid(null, "invalid_json", "The request body is not valid JSON%s.".formatted(where));
    }

    public static Problem missing() {
        return Problem.invalid(null, "invalid_json", "The request needs a JSON object as its body.");
    }
}
