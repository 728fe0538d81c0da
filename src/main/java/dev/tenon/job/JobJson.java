package dev.tenon.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes the JSON columns of the job tables. */
@Component
class JobJson {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};
    private final JsonMapper mapper;

    JobJson(JsonMapper mapper) {
        this.mapper = mapper;
    }

    String write(Object value) {
        return mapper.writeValueAsString(value);
    }

    @Nullable
    String writeNullable(@Nullable Object value) {
        return value == null ? null : write(value);
    }

    Map<String, Object> object(String json) {
        return mapper.readValue(json, OBJECT);
    }

    @Nullable
    Map<String, Object> nullableObject(@Nullable String json) {
        return json == null ? null : object(json);
    }

    Map<String, String> strings(String json) {
        return mapper.readValue(json, STRINGS);
    }

    <T> T read(String json, Class<T> type) {
        return mapper.readValue(json, type);
    }
}
