package dev.tenon.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.json.JsonMapper;

/** The description and the routes say the same, in both directions. */
class OpenApiIT extends ApiTest {
    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    private RequestMappingHandlerMapping mappings;

    @Autowired
    private JsonMapper json;

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsARoute() throws Exception {
        var answer = ApiClient.anonymous(port).get("/api/openapi.yaml");
        assertThat(answer.statusCode()).isEqualTo(200);
        Map<String, Map<String, Map<String, Object>>> described = new Yaml().load(answer.body());
        var documented = new TreeSet<String>();
        described
                .get("paths")
                .forEach((path, operations) -> operations.keySet().stream()
                        .filter(key -> !key.equals("parameters"))
                        .forEach(method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path)));
        var mapped = new TreeSet<String>();
        mappings.getHandlerMethods()
                .keySet()
                .forEach(info -> info.getPatternValues().stream()
                        .filter(OpenApiIT::isForPrograms)
                        .forEach(path -> info.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> mapped.add(method.name() + " " + path.replace("{*", "{")))));
        assertThat(documented).containsExactlyElementsOf(mapped);
    }

    /** Bodies that are read into records; the others are read by hand, field by field. */
    @Test
    void everyBodyIsDescribedByItsFields() throws Exception {
        Map<String, Object> described = new Yaml()
                .load(ApiClient.anonymous(port).get("/api/openapi.yaml").body());
        var told = new TreeMap<String, Object>();
        var read = new TreeMap<String, Object>();
        mappings.getHandlerMethods()
                .forEach((info, handler) -> Arrays.stream(handler.getMethodParameters())
                        .filter(parameter -> parameter.hasParameterAnnotation(RequestBody.class))
                        .forEach(parameter -> {
                            var method = info.getMethodsCondition()
                                    .getMethods()
                                    .iterator()
                                    .next();
                            var path = info.getPatternValues().iterator().next();
                            read.put(
                                    method + " " + path,
                                    fields(json.constructType(parameter.getGenericParameterType())));
                            told.put(
                                    method + " " + path,
                                    properties(at(
                                            described,
                                            "paths",
                                            path,
                                            method.name().toLowerCase(Locale.ROOT),
                                            "requestBody",
                                            "content",
                                            "application/json",
                                            "schema")));
                        }));
        assertThat(read).hasSizeGreaterThan(5);
        assertThat(told).isEqualTo(read);
    }

    /** The names of a record's components on the wire, and of the records in its lists. */
    private Map<String, Object> fields(JavaType type) {
        var fields = new TreeMap<String, Object>();
        for (var component : type.getRawClass().getRecordComponents()) {
            var naming = type.getRawClass().getAnnotation(JsonNaming.class);
            var name = naming == null ? component.getName() : snake(component.getName());
            var inner = json.constructType(component.getGenericType());
            var item = inner.isCollectionLikeType() ? inner.getContentType() : inner;
            fields.put(name, item.isRecordType() ? fields(item) : Map.of());
        }
        return fields;
    }

    private static String snake(String camel) {
        return camel.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> at(Map<String, Object> within, String... keys) {
        var found = within;
        for (var key : keys) {
            found = (Map<String, Object>) Objects.requireNonNull(found.get(key), () -> key + " of " + List.of(keys));
        }
        return found;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> properties(Map<String, Object> schema) {
        var found = new TreeMap<String, Object>();
        ((Map<String, Map<String, Object>>) schema.getOrDefault("properties", Map.of())).forEach((name, property) -> {
            var items = (Map<String, Object>) property.getOrDefault("items", property);
            found.put(name, properties(items));
        });
        return found;
    }

    private static boolean isForPrograms(String path) {
        return path.startsWith("/v1") || path.startsWith("/api") || path.startsWith("/generate");
    }
}
