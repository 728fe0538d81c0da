package dev.tenon.model;

import java.util.List;

/**
 * The shape of a decoder.
 *
 * @param family Hugging Face's {@code model_type}
 * @param hidden width of the residual stream
 * @param layers number of blocks
 * @param heads query heads
 * @param keyValueHeads heads of keys and values, a divisor of {@code heads}
 * @param headSize width of one head
 * @param intermediate inner width of the feed-forward part
 * @param vocabulary rows of the embedding
 * @param maxPositions longest sequence, in tokens
 * @param normEpsilon added to the mean square before the root
 * @param tiedHead whether the output head is the embedding
 * @param queryBias whether queries, keys and values have a bias
 * @param outputBias whether the attention's output projection has a bias
 * @param feedForwardBias whether the feed-forward projections have biases
 * @param windows per layer, how many tokens back attention reaches; 0 is all
 * @param endTokens ids that end a sequence
 */
public record DecoderConfig(
        String family,
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int headSize,
        int intermediate,
        int vocabulary,
        int maxPositions,
        double normEpsilon,
        boolean tiedHead,
        boolean queryBias,
        boolean outputBias,
        boolean feedForwardBias,
        List<Integer> windows,
        RotaryConfig rotary,
        List<Integer> endTokens)
        implements ModelConfig {

    public DecoderConfig {
        windows = List.copyOf(windows);
        endTokens = List.copyOf(endTokens);
    }

    @Override
    public List<BaseTask> tasks() {
        return List.of(BaseTask.GENERATION);
    }

    /** Number of weights, biases and norms; a tied head counts once. */
    @Override
    public long parameters() {
        long queries = (long) heads * headSize;
        long keys = (long) keyValueHeads * headSize;
        long attention = hidden * (queries + 2 * keys) + queries * hidden;
        long attentionBias = (queryBias ? queries + 2 * keys : 0) + (outputBias ? hidden : 0);
        long forward = 3L * hidden * intermediate + (feedForwardBias ? 2L * intermediate + hidden : 0);
        long embedding = (long) vocabulary * hidden;
        return embedding * (tiedHead ? 1 : 2) + layers * (attention + attentionBias + forward + 2L * hidden) + hidden;
    }
}
