package dev.tenon.training;

import dev.tenon.model.ModelConfig;

/**
 * Bytes that training takes on its device.
 *
 * @param weights the frozen base
 * @param adapter parameters, gradients and two moments, each in float
 * @param activations what one pass keeps for its gradient, and one chunk of logits three times
 * @param runtime the process itself: heap, libtorch, on a GPU the context of its driver
 */
public record MemoryEstimate(long weights, long adapter, long activations, long runtime) {
    private static final int FLOAT = 4;
    private static final int HALF = 2;
    private static final int LOGIT_ROWS = 512;
    private static final long RUNTIME_ON_CPU = 700L << 20;
    private static final long RUNTIME_ON_GPU = 1200L << 20;

    /**
     * Reckons a run.
     *
     * @param trainable number of trainable values
     * @param onGpu whether weights and activations are bfloat16 on a GPU, otherwise float on a CPU
     */
    public static MemoryEstimate of(ModelConfig config, long trainable, Hyperparameters settings, boolean onGpu) {
        int element = onGpu ? HALF : FLOAT;
        long queries = (long) config.heads() * config.headSize();
        long keys = (long) config.keyValueHeads() * config.headSize();
        // Per token and layer: two residuals and two norms, queries, keys, values, mixed heads, gate and up.
        long kept = 5L * config.hidden() + 2 * queries + 2 * keys + 2L * config.intermediate();
        long tokens = Math.min(Session.batchTokens(onGpu), (long) settings.batchSize() * settings.maxLength());
        long logits = 3L * LOGIT_ROWS * config.vocabulary() * FLOAT;
        return new MemoryEstimate(
                config.parameters() * element,
                4 * trainable * FLOAT,
                tokens * kept * config.layers() * element + logits,
                onGpu ? RUNTIME_ON_GPU : RUNTIME_ON_CPU);
    }

    public long total() {
        return weights + adapter + activations + runtime;
    }
}
