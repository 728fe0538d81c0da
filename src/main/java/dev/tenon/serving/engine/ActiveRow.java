package dev.tenon.serving.engine;

import dev.tenon.model.KvCache;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A request between its arrival and its end: its tokens so far, and where it runs while it does. */
final class ActiveRow {
    final EngineRequest request;
    final long arrived = System.nanoTime();
    long lastToken;
    int passedOver;

    /** Row of the cache while it runs. */
    int place = -1;

    @Nullable
    DeviceRanks slot;

    /** Tokens whose keys and values are in the cache. */
    int computed;

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

    void append(int token) {
        if (length == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * length);
        }
        tokens[length++] = token;
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
