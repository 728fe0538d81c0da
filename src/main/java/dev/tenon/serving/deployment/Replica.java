package dev.tenon.serving.deployment;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A serving process that lives, as far as the database knows.
 *
 * @param silent time since its last heartbeat
 * @param adapterBytes of adapters in its memory on bases that write, of {@code adapterBudget}
 * @param encoderAdapterBytes of those on encoders, of as much again
 * @param residences those that the asker may see
 */
public record Replica(
        String id,
        String host,
        String device,
        Instant startedAt,
        Duration silent,
        long adapterBytes,
        long encoderAdapterBytes,
        long adapterBudget,
        List<Residence> residences) {
    public Replica {
        residences = List.copyOf(residences);
    }
}
