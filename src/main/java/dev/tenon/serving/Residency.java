package dev.tenon.serving;

import dev.tenon.core.PlainWords;
import dev.tenon.core.Problem;
import dev.tenon.serving.deployment.EventLog;
import dev.tenon.serving.deployment.Residence;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Hears what becomes of loads: each is an event, and a failure is remembered for a while with its reason. So long a request
 * is told it again without another load, which would cost each of them seconds; wishes and moves of an alias do try again.
 */
@Component
class Residency implements CacheWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Residency.class);
    private static final int KEPT = 256;
    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    /** A version never changes, so that what was wrong with it stays wrong as long as this process has its settings. */
    private static final Duration LASTING = Duration.ofMinutes(5);

    /** What broke inside may have been anything. */
    private static final Duration BROKEN = Duration.ofSeconds(10);

    private final EventLog log;
    private final ServingMeters meters;
    private final Map<String, Failure> failures = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failure> eldest) {
            return size() > KEPT;
        }
    };

    private record Failure(
            Subject subject,
            String reason,
            Instant at,
            @Nullable RuntimeException again,
            long until) {}

    Residency(EventLog log, ServingMeters meters) {
        this.log = log;
        this.meters = meters;
    }

    @Override
    public void loading(Subject subject) {
        note(subject, "loading", "It is being loaded.");
    }

    @Override
    public void ready(Subject subject, long bytes) {
        synchronized (failures) {
            failures.remove(subject.key());
        }
        meters.loaded(subject.kind(), true);
        note(subject, "ready", "It is in memory with %d bytes.".formatted(bytes));
    }

    @Override
    public void failed(Subject subject, Throwable failure) {
        var reason = reason(subject, failure);
        synchronized (failures) {
            failures.remove(subject.key());
            failures.put(
                    subject.key(),
                    new Failure(
                            subject,
                            reason,
                            Instant.now(),
                            failure instanceof RuntimeException again ? again : null,
                            System.nanoTime() + worthTelling(failure).toNanos()));
        }
        meters.loaded(subject.kind(), false);
        note(subject, "failed", reason);
    }

    private static String reason(Subject subject, Throwable failure) {
        if (!(failure instanceof Problem)) {
            LOG.error("Loading the {} {} failed", subject.kind().wire(), subject.digest(), failure);
        }
        return (failure instanceof Problem ? "" : "It failed inside: ") + PlainWords.of(failure);
    }

    private static Duration worthTelling(Throwable failure) {
        return switch (failure) {
            case Problem problem -> problem.mayPass() ? Duration.ZERO : LASTING;
            case DataAccessException away -> Duration.ZERO;
            case TransactionException away -> Duration.ZERO;
            default -> BROKEN;
        };
    }

    /** Throws what a request under a name that failed lately would only meet again. */
    void requireNotFailed(Subject subject) {
        synchronized (failures) {
            var failure = failures.get(subject.key());
            if (failure != null
                    && failure.again() != null
                    && System.nanoTime() < failure.until()
                    && failure.subject().knows(subject)) {
                throw failure.again();
            }
        }
    }

    @Override
    public void gone(Subject subject) {
        meters.unloaded(subject.kind());
        note(subject, "unloaded", "It has left memory.");
    }

    private void note(Subject subject, String type, String message) {
        subject.named().forEach(name -> log.note(name.orgId(), type, name.name(), message));
    }

    /** What failed lately and has not been loaded since. */
    List<Residence> failures() {
        synchronized (failures) {
            var oldest = Instant.now().minus(REMEMBERED);
            failures.values().removeIf(failure -> failure.at().isBefore(oldest));
            return failures.values().stream()
                    .flatMap(failure -> failure.subject()
                            .named()
                            .map(name -> new Residence(
                                    name.orgId(),
                                    failure.subject().kind(),
                                    failure.subject().digest(),
                                    name.name(),
                                    failure.subject().baseModel(name.orgId()),
                                    Residence.State.FAILED,
                                    failure.reason(),
                                    0,
                                    0,
                                    false,
                                    false,
                                    null,
                                    failure.at())))
                    .toList();
        }
    }
}
