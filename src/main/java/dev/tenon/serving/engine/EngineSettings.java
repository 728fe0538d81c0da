package dev.tenon.serving.engine;

import dev.tenon.model.CausalModel;
import dev.tenon.model.KvCache;

/**
 * The bounds of one engine.
 *
 * @param rows sequences that run at the same time
 * @param queue requests that may wait; more are refused at once
 * @param prefillTokens most tokens in one step that reads prompts, so that running rows never wait long for new ones: those
 *     rows' next tokens, and of prompts what is left, but half of it at least
 * @param cacheBytes of keys and values
 * @param adapterBytes of pooled adapters on the device
 * @param draftTokens most tokens that one step tries out ahead, for all rows together
 */
public record EngineSettings(
        int rows, int queue, int prefillTokens, long cacheBytes, long adapterBytes, int draftTokens) {
    /** Without any tokens tried out ahead. */
    public EngineSettings(int rows, int queue, int prefillTokens, long cacheBytes, long adapterBytes) {
        this(rows, queue, prefillTokens, cacheBytes, adapterBytes, 0);
    }

    /** Pages that the bytes come to: never fewer than one longest sequence needs, never more than all rows could use. */
    int pages(CausalModel model) {
        long page = KvCache.pageBytes(model.config(), model.type());
        int longest = KvCache.pagesFor(model.config().maxPositions());
        long most = (long) rows * longest;
        return (int) Math.max(longest, Math.min(most, cacheBytes / page));
    }
}
