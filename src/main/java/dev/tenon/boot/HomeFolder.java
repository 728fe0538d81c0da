package dev.tenon.boot;

import java.nio.file.Path;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Makes {@code tenon.home} an absolute path and keeps the unpacked native libraries below it. */
final class HomeFolder implements EnvironmentPostProcessor, Ordered {
    private static final String PROPERTY = "tenon.home";
    private static final String NATIVE_CACHE = "DJL_CACHE_DIR";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        var given = environment.getProperty(PROPERTY, "~/.tenon");
        var home = absolute(given);
        if (!home.toString().equals(given)) {
            environment
                    .getPropertySources()
                    .addFirst(new MapPropertySource("absolute home", Map.of(PROPERTY, home.toString())));
        }
        if (System.getenv(NATIVE_CACHE) == null && System.getProperty(NATIVE_CACHE) == null) {
            System.setProperty(
                    NATIVE_CACHE, home.resolve("cache").resolve("djl").toString());
        }
    }

    static Path absolute(String text) {
        var path = text.equals("~") || text.startsWith("~/")
                ? Path.of(System.getProperty("user.home"), text.substring(1))
                : Path.of(text);
        return path.toAbsolutePath().normalize();
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE; // after the configuration files are read
    }
}
