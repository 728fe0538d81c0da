package dev.tenon.serving;

import dev.tenon.identity.Tenant;
import dev.tenon.model.Quantisation;
import dev.tenon.registry.ResolvedModel;
import dev.tenon.serving.engine.EngineAdapter;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one request computes with: a base and what is added to it, in memory until it is closed.
 *
 * @param exactly a name that means just this, wherever names and aliases move
 */
record Opened(
        String exactly,
        Composition composition,
        Lease<ResidentModel> base,
        @Nullable Lease<ResidentAdapter> adapter) implements AutoCloseable {
    private static final int DIGEST_SHOWN = 10;

    /** The base and, where the model has any, its adapters as they are at hand. */
    static Opened of(Residents residents, Tenant tenant, ResolvedModel model, Asker asker) {
        return of(
                residents,
                model,
                asker,
                (composition, base) ->
                        composition.isEmpty() ? null : residents.adapter(tenant, composition, base, asker));
    }

    /** The base and a copy of what the model's adapter changes, of so many bytes at most, into which it is folded. */
    static Opened fused(Residents residents, Tenant tenant, ResolvedModel model, long most) {
        return of(
                residents, model, Asker.WISH, (composition, base) -> residents.fused(tenant, composition, base, most));
    }

    private static Opened of(
            Residents residents,
            ResolvedModel model,
            Asker asker,
            BiFunction<Composition, ResidentModel, @Nullable Lease<ResidentAdapter>> adapters) {
        Composition.requirePossible(model);
        var composition = Composition.of(model.parts());
        var base = residents.base(model.base(), model.quantisation(), asker);
        try {
            var adapter = adapters.apply(composition, base.value());
            return new Opened(model.pinned(), composition, base, adapter);
        } catch (RuntimeException | Error e) {
            base.close();
            throw e;
        }
    }

    ResidentModel resident() {
        return base.value();
    }

    EngineAdapter engineAdapter() {
        return adapter == null ? EngineAdapter.NONE : adapter.value().adapter();
    }

    /** Keeps both in memory without being a running request. */
    Opened pin() {
        if (adapter != null) {
            adapter.pin();
        }
        base.pin();
        return this;
    }

    /** The digests of all weights behind the answers. */
    String content() {
        return resident().digest() + composition.digest();
    }

    /** Changes exactly when the weights behind the answers change. */
    String fingerprint() {
        var shown = "fp_" + shortened(resident().view().digest())
                + Quantisation.suffix(resident().model().quantisation());
        return composition.isEmpty() ? shown : shown + "_" + shortened(composition.digest());
    }

    private static String shortened(String digest) {
        return digest.substring(0, Math.min(DIGEST_SHOWN, digest.length()));
    }

    @Override
    public void close() {
        if (adapter != null) {
            adapter.close();
        }
        base.close();
    }
}
