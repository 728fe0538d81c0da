package dev.tenon.openai.models;

import dev.tenon.serving.deployment.Replica;
import dev.tenon.serving.deployment.Residence;
import org.jspecify.annotations.Nullable;

/**
 * Where a model is in memory.
 *
 * @param kind in which form, as {@code /api/v1/deployments} calls it
 * @param batching of an adapter that is ready, {@code shared} or {@code own}, as {@code /api/v1/deployments} tells it
 * @param since seconds since the epoch
 */
record ModelResidence(
        String replica,
        String device,
        String kind,
        String name,
        String state,
        @Nullable String batching,
        long since,
        long bytes) {
    static ModelResidence of(Replica replica, Residence it) {
        return new ModelResidence(
                replica.id(),
                replica.device(),
                it.kind().wire(),
                it.name(),
                it.state().wire(),
                it.batching(),
                it.since().getEpochSecond(),
                it.bytes());
    }
}
