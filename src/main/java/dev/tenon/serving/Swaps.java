package dev.tenon.serving;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.Tenant;
import dev.tenon.registry.RegistryApi;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.deployment.EventLog;
import dev.tenon.serving.deployment.Holdings;
import dev.tenon.serving.deployment.Mode;
import dev.tenon.serving.deployment.ModelMoved;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Which version answers under a name that moved: the new one as soon as it could be loaded, until then, and when it cannot
 * be, the one that answered under this name before. A name that nobody asked for lately is loaded when somebody does.
 */
@Component
@OnRole(Role.SERVE)
class Swaps {
    private static final Logger LOG = LoggerFactory.getLogger(Swaps.class);
    private static final int NAMES = 10_000;

    private final RegistryApi registry;
    private final Holdings holdings;
    private final EventLog log;
    private final Map<Name, ResolvedModel> published = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Name, ResolvedModel> eldest) {
            return size() > NAMES;
        }
    };

    private record Name(String orgId, String model) {}

    Swaps(RegistryApi registry, Holdings holdings, EventLog log) {
        this.registry = registry;
        this.holdings = holdings;
        this.log = log;
    }

    /** Opens what a name means now or, when that fails, what it meant when it last answered. */
    <T> T open(Tenant tenant, ResolvedModel now, Function<ResolvedModel, T> open) {
        var name = new Name(tenant.orgId(), now.requested());
        var before = published(name);
        try {
            T opened = open.apply(now);
            publish(name, before, now);
            return opened;
        } catch (RuntimeException failure) {
            if (before == null || before.pinned().equals(now.pinned()) || !exists(tenant, before)) {
                throw failure;
            }
            log.note(
                    name.orgId(),
                    "swap_failed",
                    name.model(),
                    "%s stays, as %s cannot be served: %s"
                            .formatted(before.pinned(), now.pinned(), failure.getMessage()));
            return open.apply(before);
        }
    }

    private @Nullable ResolvedModel published(Name name) {
        synchronized (published) {
            return published.get(name);
        }
    }

    private void publish(Name name, @Nullable ResolvedModel before, ResolvedModel now) {
        boolean moved = before != null && !before.pinned().equals(now.pinned());
        if (before != null && !moved) {
            return;
        }
        synchronized (published) {
            published.put(name, now);
        }
        if (moved) {
            log.note(name.orgId(), "swapped", name.model(), "%s answers now.".formatted(now.pinned()));
        }
    }

    /** What was deleted meanwhile may not answer. */
    private boolean exists(Tenant tenant, ResolvedModel before) {
        try {
            registry.resolve(tenant, before.pinned());
            return true;
        } catch (Problem gone) {
            return false;
        }
    }

    /** Loads what a name means now before anybody asks, if somebody asked for the name before. */
    @EventListener
    void follow(ModelMoved moved) {
        fetch(new Name(moved.orgId(), moved.model()));
        if (moved.model().endsWith("@latest")) {
            fetch(new Name(
                    moved.orgId(), moved.model().substring(0, moved.model().lastIndexOf('@'))));
        }
    }

    private void fetch(Name name) {
        if (published(name) == null) {
            return;
        }
        Thread.startVirtualThread(() -> {
            var tenant = new Tenant(name.orgId(), "", Tenant.Access.MEMBER);
            try {
                var now = registry.resolve(tenant, name.model());
                open(tenant, now, model -> holdings.hold(tenant, model, Mode.SEPARATE))
                        .close();
            } catch (RuntimeException e) {
                LOG.debug("{} was not fetched ahead: {}", name.model(), e.getMessage());
            }
        });
    }
}
