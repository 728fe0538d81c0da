package dev.tenon.serving;

import dev.tenon.core.PlainWords;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.deployment.EventLog;
import dev.tenon.serving.deployment.Residence;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Fuses the adapters that most requests of a base ask for, and lets them go when that is over or when others need the
 * memory. New requests go one way or the other; those that run end where they began.
 */
@Component
@EnableConfigurationProperties(HeatSettings.class)
class HotAdapters {
    private static final Logger LOG = LoggerFactory.getLogger(HotAdapters.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    /** So long nothing is tried again that failed or had to go. */
    private static final Duration NOT_AGAIN = Duration.ofMinutes(10);

    private final Residents residents;
    private final EventLog log;
    private final ServingSettings serving;
    private final HeatSettings settings;
    private final Heat<Asked> heat;
    private final Hysteresis hysteresis;
    private final Map<Heat.Key, Kept> fused = new ConcurrentHashMap<>();
    private final Map<Heat.Key, Long> refused = new HashMap<>();
    private long refusals;
    private @Nullable Thread thread;
    private boolean over;

    /** Who asked, and for what. */
    private record Asked(Tenant tenant, ResolvedModel model) {
        /** As this organisation calls it: the base in memory may have been another's first. */
        String base() {
            return model.parts().getFirst().version().baseModel();
        }

        boolean knows(Residence copy) {
            return !copy.orgId().equals(tenant.orgId()) || copy.baseModel().equals(base());
        }
    }

    private record Kept(Opened opened, Asked asked) {}

    HotAdapters(Residents residents, EventLog log, ServingSettings serving, HeatSettings settings) {
        this.residents = residents;
        this.log = log;
        this.serving = serving;
        this.settings = settings;
        this.heat = new Heat<>(settings.halfLife(), System::nanoTime);
        this.hysteresis = new Hysteresis(settings);
    }

    /** Counts tokens that were read or written for a request. */
    void note(Tenant tenant, Opened opened, int tokens) {
        if (!settings.fuse()) {
            return; // nobody looks
        }
        var base = opened.resident().digest();
        var composition = opened.composition();
        if (composition.isPlain()) {
            var model = new ResolvedModel(composition.name(), opened.resident().view(), composition.parts());
            heat.note(new Heat.Key(base, composition.digest()), tokens, new Asked(tenant, model));
        } else {
            heat.note(base, tokens);
        }
    }

    /** Whether it is this that keeps a copy in memory. */
    boolean keeps(Residence residence) {
        return residence.kind() == Residence.Kind.FUSED
                && fused.entrySet().stream()
                        .anyMatch(one -> one.getKey().adapter().equals(residence.digest())
                                && one.getValue().asked().knows(residence));
    }

    @EventListener
    synchronized void start(ApplicationReadyEvent ready) {
        if (settings.fuse()) {
            thread = Thread.ofPlatform().daemon().name("heat").start(this::run);
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                look();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** Fuses what has become hot and lets go what no longer is. */
    synchronized void look() {
        if (over) {
            return;
        }
        if (residents.refusals() > refusals) {
            List.copyOf(fused.keySet()).forEach(key -> {
                hysteresis.forget(key);
                refused.put(key, System.nanoTime());
                release(key, "Others need the memory; it was let go");
            });
        }
        var shares = heat.shares();
        var hot = hysteresis.look(shares, System.nanoTime());
        for (var key : List.copyOf(fused.keySet())) {
            if (!hot.contains(key)) {
                release(key, "It takes %s of its base's tokens".formatted(percent(part(key, shares))));
            }
        }
        for (var share : shares) {
            if (hot.contains(share.key()) && !fused.containsKey(share.key())) {
                fuse(share);
            }
        }
        // a copy that found no room is no reason to give up the others
        refusals = residents.refusals();
    }

    private static double part(Heat.Key key, List<Heat.Share<Asked>> shares) {
        return shares.stream()
                .filter(share -> share.key().equals(key))
                .mapToDouble(Heat.Share::part)
                .sum();
    }

    private void fuse(Heat.Share<Asked> share) {
        var asked = share.last();
        if (lately(share.key()) || keptByDeployment(share.key())) {
            return;
        }
        try {
            requireMergeable(asked.model());
            var opened = Opened.fused(residents, asked.tenant(), asked.model(), room());
            fused.put(share.key(), new Kept(opened.pin(), asked));
            note(
                    asked,
                    "fused",
                    "It takes %s of the tokens of %s and is folded into copies of what it changes (%d bytes)."
                            .formatted(
                                    percent(share.part()),
                                    asked.base(),
                                    opened.engineAdapter().bytes()));
        } catch (RuntimeException failure) {
            refused.put(share.key(), System.nanoTime());
            if (!(failure instanceof Problem)) {
                LOG.error("{} could not be fused", asked.model().requested(), failure);
            }
            note(asked, "fuse_failed", "It is hot but stays batched with the others. " + PlainWords.of(failure));
        }
    }

    private static void requireMergeable(ResolvedModel model) {
        var method = model.parts().getFirst().version().methodId();
        if (Methods.scan().lacks(method, Mergeable.class)) {
            throw Problem.invalid(
                    "mode", "not_mergeable", "Adapters of the method '%s' cannot be folded.".formatted(method));
        }
    }

    /** Bytes that another copy may have: of what hot adapters may take and of what may be kept for good. */
    private long room() {
        long mine = fused.values().stream()
                .mapToLong(kept -> kept.opened().engineAdapter().bytes())
                .sum();
        double memory = serving.adapterMemory().toBytes();
        return (long) Math.min(
                settings.memoryShare() * memory - mine, serving.pinnedShare() * memory - residents.pinnedBytes());
    }

    private boolean keptByDeployment(Heat.Key key) {
        return residents
                .residences()
                .anyMatch(one -> one.kind() == Residence.Kind.FUSED
                        && one.pinned()
                        && one.digest().equals(key.adapter()));
    }

    private boolean lately(Heat.Key key) {
        refused.values().removeIf(at -> System.nanoTime() - at > NOT_AGAIN.toNanos());
        return refused.containsKey(key);
    }

    private void release(Heat.Key key, String why) {
        var kept = fused.remove(key);
        if (kept != null) {
            kept.opened().close();
            residents.forgetFused(kept.opened().composition(), kept.opened().resident());
            note(kept.asked(), "unfused", why + " and is batched with the others again.");
        }
    }

    private void note(Asked asked, String type, String message) {
        log.note(asked.tenant().orgId(), type, asked.model().requested(), message);
    }

    private static String percent(double part) {
        return "%d %%".formatted(Math.round(100 * part));
    }

    /** Before the memory itself goes. */
    @PreDestroy
    void stop() {
        var running = thread;
        if (running != null) {
            running.interrupt();
        }
        synchronized (this) {
            over = true;
            fused.values().forEach(kept -> kept.opened().close());
            fused.clear();
        }
    }
}
