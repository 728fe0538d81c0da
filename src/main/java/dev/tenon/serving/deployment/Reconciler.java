package dev.tenon.serving.deployment;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.registry.RegistryApi;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/** Makes this replica hold what is wished, and tells what it holds; every few seconds, and at once when news comes. */
@Component
@OnRole(Role.SERVE)
@EnableConfigurationProperties(DeploymentSettings.class)
class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    /** Rounds between two looks for dead replicas and old events. */
    private static final int SWEEP = 16;

    private static final Duration STRETCH = Duration.ofMillis(200);

    private final DeploymentRows wishes;
    private final ReplicaRows replicas;
    private final EventRows events;
    private final ReplicaReport report;
    private final Notifications notifications;
    private final ApplicationEventPublisher publisher;
    private final DeploymentSettings settings;
    private final Pin.Surroundings surroundings;
    private final Map<String, Pin> pins = new HashMap<>();
    private volatile boolean stopping;
    private @Nullable Thread thread;
    private long rounds;

    Reconciler(
            DeploymentRows wishes,
            ReplicaRows replicas,
            EventRows events,
            ReplicaReport report,
            Notifications notifications,
            ApplicationEventPublisher publisher,
            DeploymentSettings settings,
            RegistryApi registry,
            Holdings holdings,
            EventLog log) {
        this.wishes = wishes;
        this.replicas = replicas;
        this.events = events;
        this.report = report;
        this.notifications = notifications;
        this.publisher = publisher;
        this.settings = settings;
        this.surroundings = new Pin.Surroundings(registry, holdings, wishes, log, report);
    }

    @EventListener
    synchronized void start(ApplicationReadyEvent ready) {
        thread = Thread.ofPlatform().daemon().name("deployments").start(this::run);
    }

    private void run() {
        try {
            while (!stopping) {
                quietly(this::round);
                rest();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            notifications.close();
        }
    }

    /** Until news or the next round, in short stretches, so that a shutdown need not wait long. */
    private void rest() throws InterruptedException {
        long end = System.nanoTime() + settings.reconcile().toNanos();
        while (!stopping && System.nanoTime() < end) {
            var news = notifications.await(STRETCH);
            news.forEach(this::announce);
            if (!news.isEmpty()) {
                return;
            }
        }
    }

    private void announce(String payload) {
        int space = payload.indexOf(' ');
        if (space > 0) {
            publisher.publishEvent(new ModelMoved(payload.substring(0, space), payload.substring(space + 1)));
        }
    }

    private void quietly(Runnable act) {
        try {
            act.run();
        } catch (DataAccessException | TransactionException away) {
            LOG.warn("Deployments are not followed: {}", away.getMessage());
        } catch (RuntimeException e) {
            LOG.error("Deployments are not followed", e);
        }
    }

    private void round() {
        report.tell();
        var wanted = new HashSet<String>();
        for (var wish : wishes.all()) {
            wanted.add(wish.id());
            pins.computeIfAbsent(wish.id(), id -> new Pin(wish, surroundings)).follow(wish, settings.reconcile());
        }
        pins.entrySet().removeIf(pin -> {
            boolean gone = !wanted.contains(pin.getKey());
            if (gone) {
                pin.getValue().release();
            }
            return gone;
        });
        if (rounds++ % SWEEP == 0) {
            replicas.bury();
            events.forgetOld();
        }
    }

    /** Before the pool of connections closes, so that the database hears the last word. */
    @EventListener
    void stop(ContextClosedEvent closed) {
        finish();
    }

    @PreDestroy
    synchronized void finish() {
        var running = thread;
        if (stopping || running == null) {
            return;
        }
        stopping = true;
        running.interrupt();
        try {
            running.join(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pins.values().forEach(Pin::release);
        quietly(report::leave);
    }
}
