package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;

/** Attention inside sequences that are laid end to end. */
record PackedAttention(DecoderConfig config, long[] lengths) implements Attention {
    @Override
    public Tensor attend(int layer, Tensor query, Tensor key, Tensor value) {
        double scale = 1 / Math.sqrt(config.headSize());
        return Kernels.call(
                "document_attention",
                query,
                key,
                value,
                lengths,
                scale,
                config.windows().get(layer));
    }
}
