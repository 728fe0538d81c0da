package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.method.LowRankAdapter;
import dev.tenon.method.OwnObjective;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.Models;
import dev.tenon.model.Quantisation;
import dev.tenon.tensor.DType;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that training takes on its device.
 *
 * @param weights the frozen base, and what of it is dense for a while where it is kept in fewer bits
 * @param adapter parameters, gradients and two moments, each in float
 * @param activations what one pass keeps for its gradient, and one chunk of logits three times
 * @param runtime the process itself: heap, libtorch, on a GPU the context of its driver
 */
public record MemoryEstimate(long weights, long adapter, long activations, long runtime) {
    private static final int FLOAT = 4;
    private static final int LOGIT_ROWS = 512;
    private static final long RUNTIME_ON_CPU = 700L << 20;
    private static final long RUNTIME_ON_GPU = 1200L << 20;

    /**
     * Reckons a run on a dense base.
     *
     * @param trainable number of trainable values
     * @param onGpu whether weights and activations are bfloat16 on a GPU, otherwise float on a CPU
     */
    public static MemoryEstimate of(ModelConfig config, long trainable, Hyperparameters settings, boolean onGpu) {
        return of(config, trainable, settings, onGpu, null, false);
    }

    /**
     * The same on a base in a form of fewer bits, of which one block is dense at a time.
     *
     * @param form null where the base is dense
     * @param onOneTape whether what the passes keep holds every block dense all the same ({@link #isOnOneTape})
     */
    public static MemoryEstimate of(
            ModelConfig config,
            long trainable,
            Hyperparameters settings,
            boolean onGpu,
            @Nullable Quantisation form,
            boolean onOneTape) {
        DType type = onGpu ? DType.BF16 : DType.F32;
        int element = type.bytes();
        long queries = (long) config.heads() * config.headSize();
        long keys = (long) config.keyValueHeads() * config.headSize();
        // Per token and layer: two residuals and two norms, queries, keys, values, mixed heads, gate and up.
        long kept = 5L * config.hidden() + 2 * queries + 2 * keys + 2L * config.intermediate();
        long tokens = Math.min(Session.batchTokens(onGpu), (long) settings.batchSize() * settings.maxLength());
        long logits = 3L * LOGIT_ROWS * config.vocabulary() * FLOAT;
        long blocks = Models.blockBytes(config, type, null);
        long dense = form == null ? 0 : onOneTape ? blocks : blocks / config.layers();
        return new MemoryEstimate(
                Models.bytes(config, type, form) + dense,
                4 * trainable * FLOAT,
                tokens * kept * config.layers() * element + logits,
                onGpu ? RUNTIME_ON_GPU : RUNTIME_ON_CPU);
    }

    /** Whether adapters of this kind are trained on one tape over the whole of such a base: {@link TapeSource}. */
    public static boolean isOnOneTape(Class<? extends Adapter> adapter, ModelConfig config) {
        boolean quick = config instanceof DecoderConfig && LowRankAdapter.class.isAssignableFrom(adapter);
        return OwnObjective.class.isAssignableFrom(adapter) && !quick;
    }

    public long total() {
        return weights + adapter + activations + runtime;
    }
}
