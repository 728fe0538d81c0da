package dev.tenon.serving.json;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reads the keywords of one schema, each of its right kind or refused. */
final class Keywords {
    private static final Set<String> ANNOTATIONS = Set.of(
            "title",
            "description",
            "default",
            "examples",
            "$schema",
            "$id",
            "$comment",
            "$defs",
            "definitions",
            "deprecated",
            "readOnly",
            "writeOnly",
            "format");
    private static final Set<String> ASSERTIONS = Set.of(
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "minItems",
            "maxItems",
            "minLength",
            "maxLength",
            "enum",
            "const",
            "anyOf",
            "allOf",
            "$ref");
    /** Keywords that say all there is to say. */
    private static final Set<String> ALONE = Set.of("anyOf", "allOf", "$ref");

    private Keywords() {}

    static void check(JsonNode schema, String path) {
        var assertions = new ArrayList<String>();
        for (var name : schema.propertyNames()) {
            if (ASSERTIONS.contains(name)) {
                assertions.add(name);
            } else if (!ANNOTATIONS.contains(name)) {
                throw SchemaCompiler.refuse(
                        path + "." + shown(name),
                        "this keyword is not supported, since it could not be guaranteed; remove it and check the"
                                + " answer yourself.");
            }
        }
        for (var name : assertions) {
            if (ALONE.contains(name) && assertions.size() > 1) {
                throw SchemaCompiler.refuse(
                        path + "." + name,
                        "no other keyword may stand beside it (here: %s).".formatted(String.join(", ", assertions)));
            }
        }
    }

    /** The declared types; what the keywords imply where none is declared; none for anything at all. */
    static List<String> types(JsonNode schema, String path) {
        var type = schema.path("type");
        atMost(type, 7, path + ".type", "names");
        if (type.isString()) {
            return List.of(type.asString());
        }
        if (type.isArray() && !type.isEmpty() && type.values().stream().allMatch(JsonNode::isString)) {
            return type.values().stream().map(JsonNode::asString).distinct().toList();
        }
        if (!type.isMissingNode()) {
            throw SchemaCompiler.refuse(path + ".type", "it must be a name or an array of names.");
        }
        if (schema.has("properties") || schema.has("required") || schema.has("additionalProperties")) {
            return List.of("object");
        }
        if (schema.has("items") || schema.has("minItems") || schema.has("maxItems")) {
            return List.of("array");
        }
        return schema.has("minLength") || schema.has("maxLength") ? List.of("string") : List.of();
    }

    /** A count of at least 0; {@code otherwise} where the keyword is absent. */
    static int count(JsonNode schema, String name, String path, int otherwise, int most) {
        var value = schema.path(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isNumber() || !isWhole(value) || value.decimalValue().signum() < 0) {
            throw SchemaCompiler.refuse(path + "." + name, "it must be a whole number of at least 0.");
        }
        double count = value.decimalValue().doubleValue();
        if (count > most) {
            throw SchemaCompiler.refuse(path + "." + name, "at most %d is supported.".formatted(most));
        }
        return (int) count;
    }

    /** Also of numbers beyond any double, which are all whole, or nearly none. */
    static boolean isWhole(JsonNode number) {
        double value = number.decimalValue().doubleValue();
        return value == Math.rint(value);
    }

    /** Refuses a collection before anything is done with its items. */
    static void atMost(JsonNode collection, int most, String path, String what) {
        if (collection.isContainer() && collection.size() > most) {
            throw SchemaCompiler.refuse(
                    path, "it has %d %s; at most %d are supported.".formatted(collection.size(), what, most));
        }
    }

    static Set<String> names(JsonNode schema, String name, String path) {
        var value = schema.path(name);
        if (value.isMissingNode()) {
            return Set.of();
        }
        atMost(value, SchemaCompiler.MEMBERS, path + "." + name, "names");
        if (!value.isArray() || !value.values().stream().allMatch(JsonNode::isString)) {
            throw SchemaCompiler.refuse(path + "." + name, "it must be an array of names.");
        }
        var names = new LinkedHashSet<String>();
        value.values().forEach(item -> names.add(item.asString()));
        return names;
    }

    static JsonNode object(JsonNode schema, String name, String path) {
        var value = schema.path(name);
        if (value.isMissingNode()) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!value.isObject()) {
            throw SchemaCompiler.refuse(path + "." + name, "it must be an object.");
        }
        return value;
    }

    static String shown(String name) {
        return name.length() > 64 ? name.substring(0, 64) + "…" : name;
    }
}
