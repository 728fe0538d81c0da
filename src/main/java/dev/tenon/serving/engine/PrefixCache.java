package dev.tenon.serving.engine;

import dev.tenon.model.KvCache;
import dev.tenon.model.PagePool;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Full pages of keys and values by the digest of all that went into them: base, adapter and every token up to their end.
 * A page that no row holds stays until its room is needed, the longest unused first. For one thread.
 */
final class PrefixCache implements PagePool.Listener {
    private final PagePool pool;
    private final EngineListener listener;
    private final Map<String, Integer> pages = new HashMap<>();
    private final Map<Integer, String> keys = new HashMap<>();

    PrefixCache(PagePool pool, EngineListener listener) {
        this.pool = pool;
        this.listener = listener;
        pool.listen(this);
    }

    @Override
    public void forgotten(int page) {
        pages.remove(keys.remove(page));
    }

    @Override
    public void moved(int[] from, int[] to) {
        for (int i = 0; i < from.length; i++) {
            String key = keys.remove(from[i]);
            if (key != null) {
                keys.put(to[i], key);
                pages.put(key, to[i]);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key that stands before the first page. */
    static String first(String scope) {
        return HexFormat.of().formatHex(sha256().digest(scope.getBytes(StandardCharsets.UTF_8)));
    }

    /** The key of a page whose tokens begin at {@code from}, after the page of {@code previous}. */
    static String next(String previous, long[] tokens, int from) {
        var digest = sha256();
        digest.update(previous.getBytes(StandardCharsets.US_ASCII));
        var bytes = ByteBuffer.allocate(KvCache.PAGE * Long.BYTES);
        for (int i = 0; i < KvCache.PAGE; i++) {
            bytes.putLong(tokens[from + i]);
        }
        return HexFormat.of().formatHex(digest.digest(bytes.array()));
    }

    /** The pages of the longest known beginning of these keys. */
    int[] find(String[] keys) {
        var found = new int[keys.length];
        int count = 0;
        for (String key : keys) {
            Integer page = pages.get(key);
            if (page == null) {
                break;
            }
            found[count++] = page;
        }
        listener.prefixLooked(count, keys.length - count);
        return Arrays.copyOf(found, count);
    }

    /** Keeps a full page that a row holds, unless an equal one is kept. */
    void keep(String key, int page) {
        if (pages.putIfAbsent(key, page) == null) {
            keys.put(page, key);
            pool.keep(page);
        }
    }
}
