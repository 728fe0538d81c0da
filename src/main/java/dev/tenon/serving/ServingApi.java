package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import java.time.Duration;

/** Text from resident models: the one way into generation for HTTP and for pages. */
public interface ServingApi {

    /**
     * Keeps a place for a request that has come and is not read yet. Throws the 503 or 429 {@link Problem} of {@link #start}
     * when there is none for this organisation; it costs nothing.
     */
    Place reserve(String orgId);

    /**
     * Resolves the model, checks the lengths and admits the request; tokens follow on the returned handle. Throws a
     * {@link Problem}: 404 unknown model, 400 too long, 429 or 503 with a wait when the server is full, 499 when the patience ended while the model was loaded.
     */
    Generation start(Tenant tenant, GenerationRequest request, Patience patience);

    /** Starts in the place that was kept; where it was kept too long ago, as without one. */
    Generation start(Tenant tenant, GenerationRequest request, Place place, Patience patience);

    /** Generates to the end, handing every piece to the listener as it comes. */
    default GenerationResult generate(Tenant tenant, GenerationRequest request, TokenListener listener) {
        try (var generation = start(tenant, request, Patience.ENDLESS)) {
            for (var piece = generation.next(Duration.ofMinutes(10));
                    piece != null;
                    piece = generation.next(Duration.ofMinutes(10))) {
                listener.piece(piece);
            }
            return generation.result();
        }
    }
}
