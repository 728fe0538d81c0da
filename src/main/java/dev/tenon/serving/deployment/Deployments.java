package dev.tenon.serving.deployment;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.registry.RegistryApi;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** {@link DeploymentApi} over the database; any process may answer, whether it serves or not. */
@Service
@EnableConfigurationProperties(DeploymentSettings.class)
class Deployments implements DeploymentApi {
    private static final String LATEST = "latest";

    private final RegistryApi registry;
    private final DeploymentRows wishes;
    private final ReplicaRows replicas;
    private final EventRows events;
    private final TransactionOperations transaction;
    private final ObjectProvider<ReplicaReport> report;

    Deployments(
            RegistryApi registry,
            DeploymentRows wishes,
            ReplicaRows replicas,
            EventRows events,
            TransactionOperations transaction,
            ObjectProvider<ReplicaReport> report) {
        this.registry = registry;
        this.wishes = wishes;
        this.replicas = replicas;
        this.events = events;
        this.transaction = transaction;
        this.report = report;
    }

    /** An adapter's own id, its name, and which of its versions. */
    private record Target(String adapterId, String adapter, String selector) {
        String model() {
            return adapter + "@" + selector;
        }
    }

    @Override
    public List<Replica> replicas(Tenant tenant) {
        tellOwn();
        return replicas.living(tenant);
    }

    @Override
    public List<Deployment> deployments(Tenant tenant) {
        return wishes.ofOrganisation(tenant);
    }

    @Override
    public Deployment deployment(Tenant tenant, String id) {
        return wishes.require(tenant, id);
    }

    @Override
    public Added add(Tenant tenant, String model, Mode mode) {
        var target = target(tenant, model, mode);
        boolean fresh = Boolean.TRUE.equals(transaction.execute(status -> {
            boolean added = wishes.add(tenant, target.adapterId(), target.adapter(), target.selector(), mode);
            if (added) {
                note(tenant, "pinned", target.model(), "It shall be in the memory of every replica.");
            }
            return added;
        }));
        var wish = wishes.find(tenant, target.adapterId(), target.selector())
                .orElseThrow(() -> Problem.conflict("model", "deployment_removed", "Somebody removed it just now."));
        if (wish.mode() != mode) {
            throw Problem.conflict(
                    "mode",
                    "deployment_exists",
                    "'%s' is a deployment already with the mode '%s': change it with PUT /api/v1/deployments/%s."
                            .formatted(wish.model(), wish.mode().wire(), wish.id()));
        }
        return new Added(wishes.require(tenant, wish.id()), fresh);
    }

    @Override
    public Deployment change(Tenant tenant, String id, String model, Mode mode) {
        var before = wishes.require(tenant, id);
        var target = target(tenant, model, mode);
        transaction.executeWithoutResult(status -> {
            if (!wishes.change(before, target.adapterId(), target.adapter(), target.selector(), mode)) {
                throw Problem.conflict(
                        "model", "deployment_exists", "'%s' is a deployment already.".formatted(target.model()));
            }
            note(tenant, "pinned", target.model(), "It takes the place of %s.".formatted(before.model()));
        });
        return wishes.require(tenant, id);
    }

    @Override
    public void remove(Tenant tenant, String id) {
        var wish = wishes.require(tenant, id);
        transaction.executeWithoutResult(status -> {
            wishes.remove(wish);
            note(tenant, "unpinned", wish.model(), "It may leave memory when room is needed.");
        });
    }

    @Override
    public List<DeploymentEvent> events(Tenant tenant, long before, int limit) {
        tellOwn();
        return events.newest(tenant, before, limit);
    }

    /** So that whoever asks a serving process sees what this process did a moment ago. */
    private void tellOwn() {
        report.ifAvailable(ReplicaReport::tell);
    }

    private Target target(Tenant tenant, String model, Mode mode) {
        var version = registry.resolve(tenant, model).version();
        if (version == null) {
            throw Problem.invalid(
                    "model",
                    "not_an_adapter",
                    "'%s' is a base model; name an adapter, which brings its base along.".formatted(model));
        }
        if (mode == Mode.FUSED) {
            requireMergeable(version.methodId());
        }
        int at = model.lastIndexOf('@');
        var selector = model.startsWith("ft:")
                ? Integer.toString(version.version())
                : at < 0 ? LATEST : model.substring(at + 1);
        return new Target(registry.adapter(tenant, version.adapterName()).id(), version.adapterName(), selector);
    }

    /** By what the method claims; an adapter that is more than its method usually makes is found out on the replicas. */
    private static void requireMergeable(String methodId) {
        if (Methods.scan().lacks(methodId, Mergeable.class)) {
            throw Problem.invalid(
                    "mode",
                    "not_mergeable",
                    ("'mode' is 'fused'; the method '%s' does something that no change of the base's weights can express,"
                                    + " so that its adapters run as 'separate' only.")
                            .formatted(methodId));
        }
    }

    private void note(Tenant tenant, String type, String model, String message) {
        events.write("", List.of(new EventLog.Line(tenant.orgId(), type, model, message)));
    }
}
