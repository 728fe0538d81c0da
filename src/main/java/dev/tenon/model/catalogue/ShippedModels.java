package dev.tenon.model.catalogue;

import dev.tenon.model.BaseModelApi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/** Registers the base models that the jar carries under {@code models/}, before anything asks for them. */
@Component
class ShippedModels {
    private static final List<String> NAMES = List.of("tenon-base-7m", "tenon-encoder-4m");

    private final BaseModelApi models;

    ShippedModels(BaseModelApi models) {
        this.models = models;
    }

    @EventListener
    @Order(1)
    void register(ApplicationReadyEvent ready) throws IOException {
        for (String name : NAMES) {
            register(name);
        }
    }

    void register(String name) throws IOException {
        Path copy = Files.createTempDirectory("tenon-model-");
        try {
            for (Resource file :
                    new PathMatchingResourcePatternResolver().getResources("classpath*:models/" + name + "/*")) {
                if (file.isReadable()) {
                    try (InputStream in = file.getInputStream()) {
                        Files.copy(in, copy.resolve(Objects.requireNonNull(file.getFilename())));
                    }
                }
            }
            models.importDirectory(null, name, copy);
        } finally {
            FileSystemUtils.deleteRecursively(copy);
        }
    }
}
