package dev.tenon.openai.wire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/** JSON nodes as plain Java values. */
public final class Values {
    private Values() {}

    public static Map<String, Object> map(JsonNode object) {
        var map = new LinkedHashMap<String, Object>();
        for (var entry : object.properties()) {
            var value = of(entry.getValue());
            if (value != null) {
                map.put(entry.getKey(), value);
            }
        }
        return map;
    }

    public static @Nullable Object of(JsonNode node) {
        if (node.isNull() || node.isMissingNode()) {
            return null;
        }
        if (node.isObject()) {
            return map(node);
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>(node.size());
            for (var item : node.values()) {
                var value = of(item);
                if (value != null) {
                    list.add(value);
                }
            }
            return list;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isNumber()) {
            return number(node);
        }
        return node.asString();
    }

    static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case BOOLEAN -> "a boolean";
            case NUMBER -> node.isIntegralNumber() ? "an integer" : "a number";
            default -> "null";
        };
    }

    static String canonical(JsonNode node) {
        if (node.isObject()) {
            var sorted = new TreeMap<String, String>();
            for (var entry : node.properties()) {
                sorted.put(StringNode.valueOf(entry.getKey()).toString(), canonical(entry.getValue()));
            }
            return sorted.toString();
        }
        if (node.isArray()) {
            return node.values().stream().map(Values::canonical).toList().toString();
        }
        return node.toString();
    }

    private static Number number(JsonNode node) {
        if (node.isIntegralNumber()) {
            return node.canConvertToInt()
                    ? (Number) node.intValue()
                    : node.canConvertToLong() ? (Number) node.longValue() : node.bigIntegerValue();
        }
        double number = Numbers.of(node);
        return Double.isInfinite(number) ? node.decimalValue() : (Number) number;
    }
}
