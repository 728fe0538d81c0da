package dev.tenon.serving.engine;

import dev.tenon.model.KvCache;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A request between its arrival and its end: its tokens so far, and where it runs while it does. */
final class ActiveRow {
    static final long[] NOTHING = {};
    private static final int MOST_IN_VAIN = 5;

    final EngineRequest request;
    final long arrived = System.nanoTime();
    long lastToken;
    int passedOver;

    /** Whether its adapter was asked for on the device. */
    boolean looked;

    /** Row of the cache while it runs. */
    int place = -1;

    @Nullable
    Placed slot;

    /** Tokens whose keys and values are in the cache. */
    int computed;

    /** Steps in which nothing is tried out for it, and how often in a row that was in vain. */
    private int pause;

    private int inVain;
    private long[] tokens;
    private int length;
    private String[] keys = new String[0];

    ActiveRow(EngineRequest request) {
        this.request = request;
        int prefix = request.adapter().prefixLength();
        length = prefix + request.prompt().length;
        tokens = new long[length + 16];
        for (int i = 0; i < prefix; i++) {
            tokens[i] = -1 - i;
        }
        for (int i = prefix; i < length; i++) {
            tokens[i] = request.prompt()[i - prefix];
        }
    }

    /** All tokens there are, positions before the sequence among them. */
    int length() {
        return length;
    }

    /** Its low-rank adapter in the device's pages, if it has such a one. */
    @Nullable
    PlacedRanks ranks() {
        return slot instanceof PlacedRanks ranks ? ranks : null;
    }

    void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
    }

    /** What may follow, where the last guesses were not all in vain. */
    long[] draft(int most) {
        if (pause > 0) {
            pause--;
            return NOTHING;
        }
        return PromptLookup.guess(tokens, length, Math.min(most, request.longest() - length - 1));
    }

    /** What came of a draft: so many of its tokens were right. */
    void tried(int right) {
        inVain = right > 0 ? 0 : Math.min(inVain + 1, MOST_IN_VAIN);
        pause = right > 0 ? 0 : 1 << inVain;
    }

    /** The next tokens to compute. */
    long[] next(int count) {
        return Arrays.copyOfRange(tokens, computed, computed + count);
    }

    int left() {
        return length - computed;
    }

    /** The keys of the first full pages. */
    String[] keys(int pages) {
        int known = keys.length;
        if (pages > known) {
            keys = Arrays.copyOf(keys, pages);
            for (int i = known; i < pages; i++) {
                String before = i == 0 ? PrefixCache.first(request.scope()) : keys[i - 1];
                keys[i] = PrefixCache.next(before, tokens, i * KvCache.PAGE);
            }
        }
        return Arrays.copyOf(keys, pages);
    }
}
