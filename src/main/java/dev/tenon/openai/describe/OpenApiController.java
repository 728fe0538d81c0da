package dev.tenon.openai.describe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Serves the description: a head and one part per area under {@code openapi/}, joined in the order of their names. */
@RestController
class OpenApiController {
    private final String description;

    OpenApiController() throws IOException {
        description = describe();
    }

    static String describe() throws IOException {
        var parts = new PathMatchingResourcePatternResolver().getResources("classpath:openapi/*.yaml");
        Arrays.sort(parts, Comparator.comparing(part -> Objects.requireNonNull(part.getFilename())));
        var text = new StringBuilder();
        for (var part : parts) {
            text.append(part.getContentAsString(StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    @GetMapping("/api/openapi.yaml")
    ResponseEntity<String> get() {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType("application/yaml;charset=UTF-8"))
                .cacheControl(CacheControl.noCache())
                .body(description);
    }
}
