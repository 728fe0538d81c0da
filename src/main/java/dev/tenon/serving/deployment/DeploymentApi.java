package dev.tenon.serving.deployment;

import dev.tenon.identity.Tenant;
import java.util.List;

/** What shall be resident, what is, and what happened; every answer is of the caller's organisation only. */
public interface DeploymentApi {
    /** The living serve replicas and what the caller may see of their memory. */
    List<Replica> replicas(Tenant tenant);

    /** The wishes, newest first. */
    List<Deployment> deployments(Tenant tenant);

    /** One wish; 404 {@code deployment_not_found}. */
    Deployment deployment(Tenant tenant, String id);

    /**
     * Wishes that a version ({@code name@3}), an alias ({@code name@production}) or the newest version ({@code name}) of
     * an adapter be resident everywhere. Wishing twice is wishing once; 409 {@code deployment_exists} where the first wish
     * was for another mode.
     */
    Added add(Tenant tenant, String model, Mode mode);

    /** Points a wish at another name or mode; 409 when another wish says the same already. */
    Deployment change(Tenant tenant, String id, String model, Mode mode);

    /** Takes a wish back; what was resident for its sake may go when room is needed. */
    void remove(Tenant tenant, String id);

    /** Changes of state, newest first, older than {@code before}; 0 begins with the newest. */
    List<DeploymentEvent> events(Tenant tenant, long before, int limit);

    /** A wish, and whether it is a new one. */
    record Added(Deployment deployment, boolean fresh) {}
}
