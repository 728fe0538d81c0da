package dev.tenon.serving.deployment;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that one replica holds in memory, is loading, or failed to load.
 *
 * @param orgId who may see it, {@link #SHARED} for what is everybody's
 * @param digest of its content
 * @param name as its organisation calls it; several names for one content are several residences that share the memory
 * @param reason why it failed
 * @param bytes held, or set aside while it is loaded
 * @param activeRequests that compute with it now
 * @param pinned whether it stays without any
 * @param byHeat whether it stays because many ask for it, not because of a wish
 * @param batching how a batch computes the rows of an adapter: {@code shared}, together with those of others, or
 *     {@code own}, by themselves; null while it is loaded and for what is no adapter
 * @param since when it came into this state, by the replica's clock
 */
public record Residence(
        String orgId,
        Kind kind,
        String digest,
        String name,
        String baseModel,
        State state,
        @Nullable String reason,
        long bytes,
        int activeRequests,
        boolean pinned,
        boolean byHeat,
        @Nullable String batching,
        Instant since) {
    /** The organisation of base models and encoders, which belong to the installation. */
    public static final String SHARED = "";

    /** The same, kept because many ask for it. */
    public Residence keptByHeat() {
        return new Residence(
                orgId,
                kind,
                digest,
                name,
                baseModel,
                state,
                reason,
                bytes,
                activeRequests,
                pinned,
                true,
                batching,
                since);
    }

    /** What it is. */
    public enum Kind {
        BASE,
        ADAPTER,
        /** A sum of adapters that a request named. */
        COMPOSITION,
        /** An adapter that is folded into copies of what it changes. */
        FUSED,
        ENCODER,
        ENCODER_ADAPTER;

        /** As it is written in JSON and in the database. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How far it is. */
    public enum State {
        LOADING,
        READY,
        FAILED;

        /** As it is written in JSON and in the database. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String wire) {
            return valueOf(wire.toUpperCase(Locale.ROOT));
        }
    }
}
