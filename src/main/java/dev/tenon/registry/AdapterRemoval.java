package dev.tenon.registry;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.job.JobApi;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Deletes versions, and adapters with all of theirs, unless somebody counts on them: an alias, a deployment, or a job that
 * has not ended. What was made of an adapter stands alone and holds nothing.
 */
@Component
class AdapterRemoval {
    private static final int NAMED = 5;

    private final TransactionOperations transaction;
    private final ModelResolution resolution;
    private final AdapterRows adapters;
    private final AdapterVersions versions;
    private final JobApi jobs;
    private final ObjectProvider<AdapterHolder> holders;

    AdapterRemoval(
            TransactionOperations transaction,
            ModelResolution resolution,
            AdapterRows adapters,
            AdapterVersions versions,
            JobApi jobs,
            ObjectProvider<AdapterHolder> holders) {
        this.transaction = transaction;
        this.resolution = resolution;
        this.adapters = adapters;
        this.versions = versions;
        this.jobs = jobs;
        this.holders = holders;
    }

    void remove(Tenant tenant, String name) {
        var parsed = ModelName.parse(name);
        boolean bare = parsed.kind() == ModelName.Kind.NAME && parsed.selector() == null;
        transaction.executeWithoutResult(status -> {
            if (bare && adapters.find(tenant.orgId(), parsed.name()).isPresent()) {
                var adapter = locked(tenant, parsed.name());
                requireFree(tenant, adapter, versions.ofAdapter(tenant.orgId(), adapter.name()), true, name);
                adapters.removeAdapter(adapter, tenant.orgId(), tenant.userId());
            } else {
                removeVersion(tenant, resolution.version(tenant, name), name);
            }
        });
    }

    private void removeVersion(Tenant tenant, AdapterVersionView version, String name) {
        if (version.version() == 0) {
            throw Problem.invalid(
                    "model",
                    "checkpoint_stays",
                    "'%s' is a checkpoint, which stays with its job; adapters and their versions can be deleted."
                            .formatted(name));
        }
        var adapter = locked(tenant, version.adapterName());
        boolean last = versions.ofAdapter(tenant.orgId(), adapter.name()).size() == 1;
        requireFree(tenant, adapter, List.of(version), last, name);
        adapters.removeVersion(version, adapter, tenant.orgId(), tenant.userId());
    }

    /** Read when no alias can move any more and no deployment come. */
    private AdapterView locked(Tenant tenant, String name) {
        adapters.lock(tenant.orgId(), name);
        return adapters.require(tenant.orgId(), name);
    }

    private void requireFree(
            Tenant tenant, AdapterView adapter, List<AdapterVersionView> going, boolean whole, String name) {
        var numbers = going.stream().map(AdapterVersionView::version).collect(Collectors.toSet());
        var holding = new ArrayList<String>();
        adapter.aliases().forEach((alias, number) -> {
            if (numbers.contains(number)) {
                holding.add("the alias '%s' points at version %d".formatted(alias, number));
            }
        });
        holders.orderedStream().forEach(holder -> holding.addAll(holder.holding(adapter, numbers, whole)));
        jobs.unfinishedFrom(tenant, going.stream().map(AdapterVersionView::id).toList())
                .forEach(job -> holding.add("the job '%s' has yet to use it".formatted(job)));
        if (!holding.isEmpty()) {
            int more = holding.size() - NAMED;
            throw Problem.invalid(
                    "model",
                    "version_in_use",
                    "'%s' cannot be deleted: %s%s. End that first: remove or move an alias, remove a deployment, cancel a job."
                            .formatted(
                                    name,
                                    holding.stream().limit(NAMED).collect(Collectors.joining(", ")),
                                    more > 0 ? ", and %d more".formatted(more) : ""));
        }
    }
}
