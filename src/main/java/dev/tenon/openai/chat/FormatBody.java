package dev.tenon.openai.chat;

import dev.tenon.openai.wire.Body;
import dev.tenon.serving.OutputFormat;
import org.jspecify.annotations.Nullable;

/** Reads {@code response_format}: text, any JSON object, or JSON by a schema. */
final class FormatBody {
    private FormatBody() {}

    /** Null for free text. */
    static @Nullable OutputFormat read(Body body) {
        var format = body.object("response_format");
        if (format == null) {
            return null;
        }
        var type = format.requiredText("type", 64);
        return switch (type) {
            case "text" -> null;
            case "json_object" -> new OutputFormat.AnyObject();
            case "json_schema" -> schema(format);
            default ->
                throw ChatBody.unsupported(
                        format,
                        "type",
                        "'%s' may be 'text', 'json_object' or 'json_schema', not '%s'."
                                .formatted(format.at("type"), type));
        };
    }

    private static OutputFormat schema(Body format) {
        var named = format.object("json_schema");
        if (named == null) {
            throw format.missing("json_schema");
        }
        var name = named.requiredText("name", 64);
        if (!name.matches("[a-zA-Z0-9_-]+")) {
            throw named.refuse(
                    "name",
                    "invalid_value",
                    "'%s' may only have letters, digits, '_' and '-'.".formatted(named.at("name")));
        }
        var schema = named.value("schema");
        return schema == null ? new OutputFormat.AnyObject() : new OutputFormat.Schema(schema);
    }
}
