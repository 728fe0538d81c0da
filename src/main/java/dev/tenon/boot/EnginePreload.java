package dev.tenon.boot;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.tensor.Engine;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Loads the tensor engine at the start of a serving process, so that no first question waits for it. */
@Component
@OnRole(Role.SERVE)
class EnginePreload {
    private final boolean wanted;
    private final Path cache;
    private final int threads;

    EnginePreload(
            @Value("${tenon.preload:true}") boolean wanted,
            @Value("${tenon.home}") Path home,
            @Value("${tenon.serving.threads:0}") int threads) {
        this.wanted = wanted;
        this.cache = home.resolve("cache").resolve("djl");
        this.threads = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }

    /** Before the sample, whose training process would unpack the same files a second time. */
    @EventListener
    @Order(2)
    void ready(ApplicationReadyEvent event) {
        if (!wanted) {
            return;
        }
        try {
            Engine.start(cache, threads, message -> System.out.println("  " + message));
        } catch (RuntimeException | LinkageError e) {
            LoggerFactory.getLogger(EnginePreload.class)
                    .warn("The tensor engine did not load; chat will not work here: {}", e.toString());
        }
    }
}
