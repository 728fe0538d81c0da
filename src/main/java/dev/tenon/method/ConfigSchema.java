package dev.tenon.method;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the JSON Schema of a settings record. */
final class ConfigSchema {
    private ConfigSchema() {}

    static Map<String, Object> of(String method, Class<? extends Record> type) {
        return of(method, type, Map.of());
    }

    /** The same with properties that are no components of the record. */
    static Map<String, Object> of(String method, Class<? extends Record> type, Map<String, Object> others) {
        var properties = new LinkedHashMap<String, Object>();
        for (RecordComponent component : type.getRecordComponents()) {
            properties.put(ConfigReader.jsonName(component), property(component));
        }
        properties.putAll(others);
        var schema = new LinkedHashMap<String, Object>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", method);
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("additionalProperties", false);
        return schema;
    }

    private static Map<String, Object> property(RecordComponent component) {
        Setting setting = ConfigReader.setting(component);
        var property = new LinkedHashMap<String, Object>();
        property.put("title", setting.title());
        property.put("description", setting.description());
        property.putAll(shape(component.getGenericType(), setting));
        property.put("default", ConfigReader.defaultValue(component));
        if (setting.advanced()) {
            property.put("x-advanced", true);
        }
        return property;
    }

    private static Map<String, Object> shape(Type type, Setting setting) {
        var shape = new LinkedHashMap<String, Object>();
        if (type == int.class || type == Integer.class || type == double.class || type == Double.class) {
            boolean whole = type == int.class || type == Integer.class;
            shape.put("type", whole ? "integer" : "number");
            bound(shape, setting.aboveMin() ? "exclusiveMinimum" : "minimum", setting.min(), whole);
            bound(shape, setting.belowMax() ? "exclusiveMaximum" : "maximum", setting.max(), whole);
        } else if (type == boolean.class) {
            shape.put("type", "boolean");
        } else if (type == String.class) {
            shape.put("type", "string");
            if (setting.choices().length > 0) {
                shape.put("enum", List.of(setting.choices()));
            }
        } else if (type == ModuleNames.class) {
            shape.put("type", List.of("array", "string"));
            shape.put("items", Map.of("type", "string"));
        } else if (type instanceof ParameterizedType generic && generic.getRawType() == List.class) {
            shape.put("type", "array");
            shape.put("items", shape(generic.getActualTypeArguments()[0], setting));
        } else if (type instanceof ParameterizedType generic && generic.getRawType() == Map.class) {
            shape.put("type", "object");
            shape.put("additionalProperties", shape(generic.getActualTypeArguments()[1], setting));
        } else {
            throw new IllegalStateException("A setting may not be a " + type.getTypeName());
        }
        return shape;
    }

    private static void bound(Map<String, Object> shape, String name, double value, boolean whole) {
        if (Double.isFinite(value)) {
            shape.put(name, whole ? (Number) (long) value : (Number) value);
        }
    }
}
