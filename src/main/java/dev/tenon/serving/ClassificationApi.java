package dev.tenon.serving;

import dev.tenon.identity.Tenant;
import java.util.List;

/** Labels from resident encoders: the one way into classification and tagging for HTTP. */
public interface ClassificationApi {
    /**
     * Labels texts.
     *
     * @throws dev.tenon.core.Problem 404 unknown model; 400 where it writes text or has no labels; 503 with a wait when
     *     the server is full; what {@code patience} throws
     */
    Classification classify(Tenant tenant, String model, List<String> texts, Patience patience);
}
