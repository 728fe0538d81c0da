package dev.tenon.serving.deployment;

import dev.tenon.core.PlainWords;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.registry.RegistryApi;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.deployment.Holdings.Held;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One wish on this replica. What it means now is loaded beside what is held, and only when that has worked is the old let
 * go: a version that cannot be served changes nothing but the reason that is told.
 */
final class Pin {
    private static final Logger LOG = LoggerFactory.getLogger(Pin.class);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** What a pin works with. */
    record Surroundings(
            RegistryApi registry, Holdings holdings, DeploymentRows rows, EventLog log, ReplicaReport report) {}

    /** The state as it was last told. */
    private record Told(
            Residence.State state,
            @Nullable String serving,
            @Nullable String wanted,
            @Nullable String reason) {}

    private final Surroundings here;
    private Deployment wish;
    private @Nullable Held held;
    /** The mode and exact name of what is held, and its name as people read it. */
    private @Nullable String exact;

    private @Nullable String serving;
    private @Nullable Told told;
    private long generation = -1;
    private boolean busy;
    private boolean over;
    private @Nullable String failedFor;
    private int failures;
    private long retryAt;

    Pin(Deployment wish, Surroundings here) {
        this.wish = wish;
        this.here = here;
    }

    /** Looks what the wish means now, and begins to load it where that is something new. */
    synchronized void follow(Deployment now, Duration pause) {
        wish = now;
        if (busy || over) {
            return;
        }
        var tenant = tenant();
        ResolvedModel wanted;
        try {
            wanted = here.registry().resolve(tenant, wish.model());
        } catch (Problem unknown) {
            tell(new Told(Residence.State.FAILED, serving, null, unknown.message()));
            return;
        }
        var mode = wish.mode();
        var named = exact(wanted, mode);
        if (named.equals(exact)) {
            failedFor = null;
            failures = 0;
            tell(new Told(Residence.State.READY, serving, serving, null));
            return;
        }
        if (named.equals(failedFor) && System.nanoTime() < retryAt) {
            retell();
            return;
        }
        busy = true;
        tell(new Told(Residence.State.LOADING, serving, name(wanted), null));
        Thread.ofVirtual().name("pin-" + wish.model()).start(() -> load(tenant, wanted, mode, pause));
    }

    private void load(Tenant tenant, ResolvedModel wanted, Mode mode, Duration pause) {
        try {
            var fresh = here.holdings().hold(tenant, wanted, mode);
            publish(wanted, mode, fresh);
        } catch (RuntimeException | Error failure) {
            keep(wanted, mode, failure, pause);
        }
    }

    private synchronized void publish(ResolvedModel wanted, Mode mode, Held fresh) {
        busy = false;
        if (over) {
            fresh.close();
            return;
        }
        var old = held;
        var before = serving;
        held = fresh;
        exact = exact(wanted, mode);
        serving = name(wanted);
        failedFor = null;
        failures = 0;
        tell(new Told(Residence.State.READY, serving, serving, null));
        note("deployed", before == null ? serving + " stays in memory." : serving + " has replaced " + before + ".");
        if (old != null) {
            old.close();
        }
    }

    private synchronized void keep(ResolvedModel wanted, Mode mode, Throwable failure, Duration pause) {
        busy = false;
        var reason = PlainWords.of(failure);
        if (!(failure instanceof Problem)) {
            LOG.error("{} could not be loaded", name(wanted), failure);
        }
        boolean first = !exact(wanted, mode).equals(failedFor);
        failures = first ? 1 : failures + 1;
        failedFor = exact(wanted, mode);
        var wait = pause.multipliedBy(1L << Math.min(failures, 10));
        retryAt = System.nanoTime() + (wait.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait).toNanos();
        tell(new Told(Residence.State.FAILED, serving, name(wanted), reason));
        if (first) {
            note("deploy_failed", serving == null ? reason : serving + " stays: " + reason);
        }
    }

    /** The wish is gone, or the process stops. */
    synchronized void release() {
        over = true;
        if (held != null) {
            held.close();
            held = null;
        }
    }

    private void tell(Told now) {
        if (now.equals(told) && generation == here.report().generation()) {
            return;
        }
        long told = here.report().generation();
        here.rows().tell(wish.id(), here.report().replica(), now.state(), now.serving(), now.wanted(), now.reason());
        this.told = now;
        generation = told;
    }

    private void retell() {
        tell(Objects.requireNonNull(told));
    }

    private void note(String type, String message) {
        here.log().note(wish.orgId(), type, wish.model(), message);
    }

    private Tenant tenant() {
        return new Tenant(wish.orgId(), wish.createdBy(), Tenant.Access.MEMBER);
    }

    private static String exact(ResolvedModel model, Mode mode) {
        return mode.wire() + " " + model.pinned();
    }

    private static String name(ResolvedModel model) {
        var version = model.version();
        return version == null ? model.base().name() : version.adapterName() + "@" + version.version();
    }
}
