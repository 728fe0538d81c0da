package dev.tenon.registry;

import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes the JSON columns of the registry's tables. */
@Component
class RegistryJson {
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};
    private final JsonMapper mapper;

    RegistryJson(JsonMapper mapper) {
        this.mapper = mapper;
    }

    String write(Object value) {
        return mapper.writeValueAsString(value);
    }

    Map<String, Object> object(String json) {
        return mapper.readValue(json, OBJECT);
    }

    Map<String, Object> object(byte[] json) {
        return mapper.readValue(json, OBJECT);
    }
}
