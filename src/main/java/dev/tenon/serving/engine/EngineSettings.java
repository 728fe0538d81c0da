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
 * @param cacheBytes of the pages for keys and values of all rows; what is more than they could need is not taken
 * @param adapterBytes of further pages; all of them go to whatever needs them, keys, values or adapters
 * @param draftTokens most tokens that one step tries out ahead, for all rows together
 */
public record EngineSettings(
        int rows, int queue, int prefillTokens, long cacheBytes, long adapterBytes, int draftTokens) {
    /** Without any tokens tried out ahead. */
    public EngineSettings(int rows, int queue, int prefillTokens, long cacheBytes, long adapterBytes) {
        this(rows, queue, prefillTokens, cacheBytes, adapterBytes, 0);
    }

    /** Pages that the bytes come to: never fewer than one longest sequence needs. */
    int pages(CausalModel model) {
        long page = KvCache.pageBytes(model.config(), model.type());
        int longest = KvCache.pagesFor(model.config().maxPositions());
        long most = (long) rows * longest;
        long ofRows = Math.max(longest, Math.min(most, cacheBytes / page));
        return Math.toIntExact(ofRows + Math.ceilDiv(adapterBytes, page));
    }
}
