package dev.tenon.serving.deployment;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The wish that an adapter be resident on every serve replica.
 *
 * @param selector a version's number, an alias, or {@code latest}
 * @param mode how it is run
 * @param replicas what each living replica made of it
 */
public record Deployment(
        String id,
        String orgId,
        String adapter,
        String selector,
        Mode mode,
        String createdBy,
        Instant createdAt,
        Instant updatedAt,
        List<OnReplica> replicas) {
    /**
     * How far one replica is.
     *
     * @param serving the version that answers under the name there; after a failure the one before
     * @param wanted the version that the name means
     */
    public record OnReplica(
            String replica,
            Residence.State state,
            @Nullable String serving,
            @Nullable String wanted,
            @Nullable String reason,
            Instant since) {}

    public Deployment {
        replicas = List.copyOf(replicas);
    }

    /** Ready when every living replica is, failed when one has failed, otherwise on its way. */
    public Residence.State state() {
        if (replicas.stream().anyMatch(on -> on.state() == Residence.State.FAILED)) {
            return Residence.State.FAILED;
        }
        boolean ready = !replicas.isEmpty() && replicas.stream().allMatch(on -> on.state() == Residence.State.READY);
        return ready ? Residence.State.READY : Residence.State.LOADING;
    }

    /** The name that a client would ask for. */
    public String model() {
        return adapter + "@" + selector;
    }
}
