package dev.tenon.serving;

import dev.tenon.core.OnRole;
import dev.tenon.core.PlainWords;
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
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

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
    private final Map<Name, Published> published = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Name, Published> eldest) {
            return size() > NAMES;
        }
    };

    private record Name(String orgId, String model) {}

    /**
     * What answers under a name.
     *
     * @param refused what the name means and cannot be served, as far as this was told already
     */
    private record Published(ResolvedModel model, @Nullable String refused) {
        boolean is(ResolvedModel other) {
            return model.pinned().equals(other.pinned());
        }
    }

    Swaps(RegistryApi registry, Holdings holdings, EventLog log) {
        this.registry = registry;
        this.holdings = holdings;
        this.log = log;
    }

    /**
     * Opens what a name means now or, when that fails, what it meant when it last answered; where that is not known here,
     * because this process began since or nobody asked it for the name, what it meant before by the registry's history.
     */
    <T> T open(Tenant tenant, ResolvedModel now, Function<ResolvedModel, T> open) {
        var name = new Name(tenant.orgId(), now.requested());
        var before = published(name);
        try {
            T opened = open.apply(now);
            publish(name, before, now);
            return opened;
        } catch (RuntimeException failure) {
            if (failure instanceof Problem problem && problem.nobodyWaits()) {
                throw failure;
            }
            for (var earlier : earlier(tenant, now, before, failure)) {
                var opened = tried(earlier, open);
                if (opened != null) {
                    keep(name, before, earlier, now, failure);
                    return opened;
                }
            }
            throw failure;
        }
    }

    /** In the order in which they are tried. What never answered here has its turn only where waiting would not help. */
    private List<ResolvedModel> earlier(
            Tenant tenant, ResolvedModel now, @Nullable Published before, RuntimeException failure) {
        if (before != null && !before.is(now)) {
            return exists(tenant, before.model()) ? List.of(before.model()) : List.of();
        }
        boolean passes = failure instanceof Problem problem
                ? problem.mayPass()
                : failure instanceof DataAccessException || failure instanceof TransactionException;
        return passes ? List.of() : registry.earlier(tenant, now.requested());
    }

    /** Null where it cannot be served either; what waiting would help is thrown, and that nobody waits. */
    private static <T> @Nullable T tried(ResolvedModel earlier, Function<ResolvedModel, T> open) {
        try {
            return open.apply(earlier);
        } catch (Problem problem) {
            if (problem.mayPass() || problem.nobodyWaits()) {
                throw problem;
            }
            return null;
        }
    }

    private @Nullable Published published(Name name) {
        synchronized (published) {
            return published.get(name);
        }
    }

    private void publish(Name name, @Nullable Published before, ResolvedModel now) {
        boolean moved = before != null && !before.is(now);
        if (before != null && !moved && before.refused() == null) {
            return;
        }
        if (replaced(name, before, new Published(now, null)) && moved) {
            log.note(name.orgId(), "swapped", name.model(), "%s answers now.".formatted(now.pinned()));
        }
    }

    private void keep(
            Name name, @Nullable Published before, ResolvedModel earlier, ResolvedModel now, RuntimeException failure) {
        if (before != null && now.pinned().equals(before.refused())) {
            return;
        }
        if (replaced(name, before, new Published(earlier, now.pinned()))) {
            log.note(
                    name.orgId(),
                    "swap_failed",
                    name.model(),
                    "%s stays, as %s cannot be served: %s"
                            .formatted(earlier.pinned(), now.pinned(), PlainWords.of(failure)));
        }
    }

    /** False where another request was faster. */
    private boolean replaced(Name name, @Nullable Published before, Published after) {
        synchronized (published) {
            if (published.get(name) != before) {
                return false;
            }
            published.put(name, after);
            return true;
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
