package dev.tenon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Gives a tested application its own database and home. */
public final class TenonContext implements ApplicationContextInitializer<ConfigurableApplicationContext> {
    /** The bootstrap administrator's key of every tested application. */
    public static final String ADMIN_KEY = "tenon-" + "test".repeat(10) + "abc";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var database = TestDatabase.fresh();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("spring.datasource.url", database.url());
        values.put("spring.datasource.username", database.user());
        values.put("spring.datasource.password", database.password());
        values.put("spring.flyway.url", database.url());
        values.put("spring.flyway.user", database.migrator());
        values.put("spring.flyway.password", database.migratorPassword());
        values.put("tenon.home", home());
        values.put("tenon.sample", "false");
        values.put("tenon.preload", "false");
        values.put("tenon.rehearsals", "0");
        values.put("tenon.device", "cpu");
        values.put("tenon.bootstrap-api-key", ADMIN_KEY);
        // Above application.properties, below what a test class sets itself.
        var sources = context.getEnvironment().getPropertySources();
        var own = new MapPropertySource("test database", values);
        if (sources.contains("Inlined Test Properties")) {
            sources.addAfter("Inlined Test Properties", own);
        } else {
            sources.addFirst(own);
        }
        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor());
    }

    private static String home() {
        try {
            var parent = Files.createDirectories(Path.of("target", "test-homes").toAbsolutePath());
            return Files.createTempDirectory(parent, "home-").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
