package dev.tenon.dataset;

import dev.tenon.text.ChatFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/** The shipped base model's tokenizer and chat template, for looking at datasets before any model is chosen. */
@Component
class PreviewTokenizer implements DisposableBean {
    private static final String MODEL = "models/tenon-base-7m/";
    private static final List<String> FILES =
            List.of("tokenizer.json", "tokenizer_config.json", "config.json", "generation_config.json");

    private @Nullable ChatFormat format;

    synchronized ChatFormat format() {
        var known = format;
        if (known == null) {
            known = load();
            format = known;
        }
        return known;
    }

    /** The native tokenizer reads files, and in the executable jar there are none. */
    private static ChatFormat load() {
        try {
            Path folder = Files.createTempDirectory("tenon-tokenizer");
            for (var name : FILES) {
                var resource = new ClassPathResource(MODEL + name);
                if (resource.exists()) {
                    try (var in = resource.getInputStream()) {
                        Files.copy(in, folder.resolve(name));
                    }
                }
            }
            var loaded = ChatFormat.load(folder);
            for (var name : FILES) {
                Files.deleteIfExists(folder.resolve(name));
            }
            Files.deleteIfExists(folder);
            return loaded;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void destroy() {
        if (format != null) {
            format.close();
        }
    }
}
