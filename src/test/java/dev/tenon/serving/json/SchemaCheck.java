package dev.tenon.serving.json;

import tools.jackson.databind.JsonNode;

/** An independent reading of JSON Schema, by values where the compiler goes by text. */
final class SchemaCheck {
    private final JsonNode root;

    SchemaCheck(JsonNode root) {
        this.root = root;
    }

    boolean admits(JsonNode value) {
        return admits(value, root);
    }

    private boolean admits(JsonNode value, JsonNode schema) {
        if (schema.isBoolean()) {
            return schema.booleanValue();
        }
        if (schema.has("$ref")) {
            return admits(value, root.at(schema.path("$ref").asString().substring(1)));
        }
        if (schema.has("anyOf")) {
            return schema.path("anyOf").values().stream().anyMatch(option -> admits(value, option));
        }
        if (schema.has("enum") && !schema.path("enum").values().stream().anyMatch(value::equals)) {
            return false;
        }
        if (schema.has("const") && !schema.path("const").equals(value)) {
            return false;
        }
        return typed(value, schema.path("type"))
                && (!value.isObject() || members(value, schema))
                && (!value.isArray() || items(value, schema))
                && (!value.isString() || length(value.asString(), schema));
    }

    private static boolean typed(JsonNode value, JsonNode type) {
        if (type.isArray()) {
            return type.values().stream().anyMatch(one -> typed(value, one));
        }
        return switch (type.asString("")) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "number" -> value.isNumber();
            case "integer" -> value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue());
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> true;
        };
    }

    private boolean members(JsonNode value, JsonNode schema) {
        for (var name : schema.path("required")) {
            if (!value.has(name.asString())) {
                return false;
            }
        }
        var declared = schema.path("properties");
        var others = schema.path("additionalProperties");
        return value.properties().stream()
                .allMatch(member -> declared.has(member.getKey())
                        ? admits(member.getValue(), declared.path(member.getKey()))
                        : others.isMissingNode() || admits(member.getValue(), others));
    }

    private boolean items(JsonNode value, JsonNode schema) {
        return value.size() >= schema.path("minItems").asInt(0)
                && value.size() <= schema.path("maxItems").asInt(Integer.MAX_VALUE)
                && (!schema.has("items")
                        || value.values().stream().allMatch(item -> admits(item, schema.path("items"))));
    }

    private static boolean length(String text, JsonNode schema) {
        int points = text.codePointCount(0, text.length());
        return points >= schema.path("minLength").asInt(0)
                && points <= schema.path("maxLength").asInt(Integer.MAX_VALUE);
    }
}
