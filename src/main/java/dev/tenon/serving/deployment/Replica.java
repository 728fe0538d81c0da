package dev.tenon.serving.deployment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A serving process that lives, as far as the database knows.
 *
 * @param silent time since its last heartbeat
 * @param adapterBytes of adapters in its memory, of {@code adapterBudget}
 * @param residences those that the asker may see
 */
public record Replica(
        String id,
        String host,
        String device,
        Instant startedAt,
        Duration silent,
        long adapterBytes,
        long adapterBudget,
        List<Residence> residences) {
    public Replica {
        residences = List.copyOf(residences);
    }
}
