package dev.tenon.registry.composition;

import dev.tenon.core.OnRole;
import dev.tenon.core.PlainWords;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import jakarta.annotation.PreDestroy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Makes waiting compositions in a process that serves, one at a time so that memory stays bounded. */
@Component
@OnRole(Role.SERVE)
class CompositionRunner {
    private static final Logger LOG = LoggerFactory.getLogger(CompositionRunner.class);

    private final CompositionRows rows;
    private final CompositionMaker maker;
    private final ScheduledExecutorService work = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("compose").factory());
    private final ScheduledExecutorService beat = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("compose-lease").factory());

    CompositionRunner(CompositionRows rows, CompositionMaker maker) {
        this.rows = rows;
        this.maker = maker;
    }

    @EventListener
    void start(ApplicationReadyEvent ready) {
        work.scheduleWithFixedDelay(this::makeWaiting, 0, 1, TimeUnit.SECONDS);
    }

    private void makeWaiting() {
        try {
            for (var claimed = rows.claim(); claimed.isPresent(); claimed = rows.claim()) {
                make(claimed.get());
            }
        } catch (DataAccessException away) {
            LOG.warn("The compositions cannot be read: {}", away.getMessage());
        } catch (RuntimeException e) {
            LOG.error("A composition was left to its lease", e);
        }
    }

    private void make(CompositionRows.Claimed claimed) {
        long every = CompositionRows.LEASE.toSeconds() / 4;
        var beating = beat.scheduleWithFixedDelay(() -> renew(claimed), every, every, TimeUnit.SECONDS);
        try {
            maker.make(claimed);
        } catch (Problem problem) {
            rows.finish(claimed, null, error(problem.code(), problem.message(), problem.param()));
        } catch (Exception | OutOfMemoryError e) {
            LOG.error("The composition {} failed", claimed.id(), e);
            rows.finish(claimed, null, error("composition_failed", "It failed inside: " + PlainWords.of(e), null));
        } finally {
            beating.cancel(false);
        }
    }

    private void renew(CompositionRows.Claimed claimed) {
        try {
            if (!rows.renew(claimed)) {
                LOG.warn("The lease of the composition {} is lost", claimed.id());
            }
        } catch (DataAccessException away) {
            LOG.warn("The lease of the composition {} was not renewed: {}", claimed.id(), away.getMessage());
        }
    }

    private static Map<String, Object> error(@Nullable String code, String message, @Nullable String param) {
        var error = new LinkedHashMap<String, Object>();
        error.put("code", Optional.ofNullable(code).orElse("invalid_request"));
        error.put("message", message);
        Optional.ofNullable(param).ifPresent(field -> error.put("param", field));
        return error;
    }

    @PreDestroy
    void stop() {
        work.shutdownNow();
        beat.shutdownNow();
    }
}
