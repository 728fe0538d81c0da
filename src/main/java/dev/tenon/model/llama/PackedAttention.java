package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.KeyValues;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Attention inside sequences that are laid end to end.
 *
 * @param prefixes by layer, keys and values that stand before every sequence
 */
record PackedAttention(DecoderConfig config, long[] lengths, IntFunction<@Nullable KeyValues> prefixes)
        implements Attention {
    @Override
    public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
        double scale = 1 / Math.sqrt(config.headSize());
        int window = config.windows().get(layer);
        KeyValues prefix = prefixes.apply(layer);
        return prefix == null
                ? Kernels.call("document_attention", query, key, value, lengths, scale, window)
                : Kernels.call(
                        "prefixed_attention",
                        query,
                        key,
                        value,
                        prefix.keys(),
                        prefix.values(),
                        lengths,
                        scale,
                        window);
    }
}
