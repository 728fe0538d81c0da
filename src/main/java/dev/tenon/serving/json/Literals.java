package dev.tenon.serving.json;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The values of {@code const} and {@code enum}, of the declared types only, each in one spelling. */
final class Literals {
    private static final int VALUES = 1000;
    private final String path;
    private final TextBudget budget;

    Literals(String path, TextBudget budget) {
        this.path = path;
        this.budget = budget;
    }

    Expression of(JsonNode schema) {
        var name = schema.has("enum") ? "enum" : "const";
        var types = Keywords.types(schema, path);
        var spellings = new LinkedHashSet<String>();
        for (var value : values(schema)) {
            if (types.isEmpty() || types.stream().anyMatch(type -> is(value, type))) {
                var spelling = value.toString();
                budget.spend(spelling, path + "." + name);
                spellings.add(spelling);
            }
        }
        if (spellings.isEmpty()) {
            throw SchemaCompiler.refuse(path + "." + name, "it holds no value of the declared type.");
        }
        return new Expression.Choice(spellings.stream().map(Expression::text).toList());
    }

    private List<JsonNode> values(JsonNode schema) {
        var all = new ArrayList<JsonNode>();
        var list = schema.path("enum");
        if (schema.has("enum")) {
            Keywords.atMost(list, VALUES, path + ".enum", "values");
            if (!list.isArray() || list.isEmpty()) {
                throw SchemaCompiler.refuse(path + ".enum", "it must be an array of 1 to %d values.".formatted(VALUES));
            }
            all.addAll(list.values());
        }
        if (schema.has("const")) {
            var only = schema.path("const");
            if (all.isEmpty()) {
                all.add(only);
            } else {
                all.removeIf(value -> !value.equals(only));
            }
        }
        return all;
    }

    private boolean is(JsonNode value, String type) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isNumber() && Keywords.isWhole(value);
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> throw SchemaCompiler.unknownType(type, path);
        };
    }
}
