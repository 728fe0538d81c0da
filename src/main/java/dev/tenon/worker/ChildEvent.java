package dev.tenon.worker;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** One line that the child wrote: a kind and its fields. */
record ChildEvent(String kind, Map<String, Object> fields) {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    /** Null for a line that is not ours, such as what a native library prints. */
    static @Nullable ChildEvent parse(JsonMapper mapper, String line) {
        if (!line.startsWith("{")) {
            return null;
        }
        try {
            var fields = mapper.readValue(line, OBJECT);
            return fields.get("event") instanceof String kind ? new ChildEvent(kind, fields) : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    int integer(String key) {
        return fields.get(key) instanceof Number number ? number.intValue() : 0;
    }

    long whole(String key) {
        return fields.get(key) instanceof Number number ? number.longValue() : 0;
    }

    double real(String key) {
        var value = optionalReal(key);
        return value == null ? 0 : value;
    }

    @Nullable
    Double optionalReal(String key) {
        return fields.get(key) instanceof Number number ? Double.valueOf(number.doubleValue()) : null;
    }

    boolean flag(String key) {
        return Boolean.TRUE.equals(fields.get(key));
    }

    String text(String key) {
        return fields.get(key) instanceof String text ? text : "";
    }

    List<?> list(String key) {
        return fields.get(key) instanceof List<?> list ? list : List.of();
    }
}
