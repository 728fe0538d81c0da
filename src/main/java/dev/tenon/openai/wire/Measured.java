package dev.tenon.openai.wire;

import dev.tenon.core.Problem;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.util.JsonParserDelegate;

/** Reads JSON as another parser does and stops, naming the field, where there is more than is allowed. */
final class Measured extends JsonParserDelegate {
    private final Allowance allowance;
    private int values;

    Measured(JsonParser parser, Allowance allowance) {
        super(parser);
        this.allowance = allowance;
    }

    @Override
    public @Nullable JsonToken nextToken() {
        return counted(super.nextToken());
    }

    @Override
    public @Nullable String nextName() {
        var name = super.nextName();
        counted(currentToken());
        return name;
    }

    private @Nullable JsonToken counted(@Nullable JsonToken token) {
        if (token == null || token.isStructEnd() || token == JsonToken.PROPERTY_NAME) {
            return token;
        }
        var context = streamReadContext();
        var around = token.isStructStart() ? context.getParent() : context;
        if (around.getCurrentIndex() >= allowance.items()) {
            var field = Paths.of(around.getParent());
            throw around.inArray()
                    ? tooLarge(field, "array_above_max_length", "has more than %d items", allowance.items())
                    : tooLarge(field, "object_above_max_properties", "has more than %d keys", allowance.items());
        }
        if (++values > allowance.values()) {
            throw tooLarge(
                    Paths.of(around),
                    "body_above_max_values",
                    "is where the body passes %d values, numbers and texts of all arrays and objects counted",
                    allowance.values());
        }
        return token;
    }

    private static Problem tooLarge(String field, String code, String what, int most) {
        var name = field.isEmpty() ? "the body" : "'" + field + "'";
        return new Problem(
                400,
                "invalid_request_error",
                field.isEmpty() ? null : field,
                code,
                "%s %s, the most that is read; send less.".formatted(name, what.formatted(most)),
                Map.of());
    }
}
