package dev.tenon.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.openai.client.ApiClient;
import dev.tenon.openai.client.ApiTest;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.yaml.snakeyaml.Yaml;

/** The description and the routes say the same, in both directions. */
class OpenApiIT extends ApiTest {
    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    private RequestMappingHandlerMapping mappings;

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

    private static boolean isForPrograms(String path) {
        return path.startsWith("/v1") || path.startsWith("/api") || path.startsWith("/generate");
    }
}
