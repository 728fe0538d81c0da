package dev.tenon.serving.deployment;

import dev.tenon.identity.Tenant;
import dev.tenon.registry.ResolvedModel;
import java.util.List;

/** The memory of this process, as deployments see it. */
public interface Holdings {
    /** Everything in memory, on its way there, or refused lately. */
    List<Residence> residences();

    /** Bytes of adapters in memory, and the most there may be. */
    Room room();

    /**
     * Loads a model and what it stands on, verified, and keeps both in memory until the result is closed.
     *
     * @throws dev.tenon.core.Problem with the reason why it cannot be served
     */
    Held hold(Tenant tenant, ResolvedModel model, Mode mode);

    /**
     * Bytes in use.
     *
     * @param used by adapters of bases that write
     * @param encodersUsed by those of encoders
     * @param budget of each of the two
     */
    record Room(String device, long used, long encodersUsed, long budget) {}

    /** A model that stays in memory until it is let go. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }
}
