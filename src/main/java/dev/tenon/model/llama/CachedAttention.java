package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.KvCache;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;

/**
 * Attention of new tokens against a cache that first takes up their keys and values.
 *
 * @param rows which rows of the cache grow
 * @param starts tokens in each of them before this step
 * @param counts new tokens of each
 */
record CachedAttention(DecoderConfig config, KvCache cache, long[] rows, long[] starts, long[] counts)
        implements Attention {

    @Override
    public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
        double scale = 1 / Math.sqrt(config.headSize());
        return Kernels.call(
                "cached_attention",
                query,
                key,
                value,
                cache.keys(layer),
                cache.values(layer),
                rows,
                starts,
                counts,
                scale,
                config.windows().get(layer));
    }
}
