package dev.tenon.model;

import java.util.List;

/**
 * The shape of an encoder of BERT's kind (Devlin et al. 2019), and which head its checkpoint brings.
 *
 * @param activation {@code gelu} (exact), {@code gelu_new} or {@code relu}
 * @param typeVocabulary rows of the token-type table; 0 where there is none
 * @param firstPosition row of the position table for the first token: 0, or in RoBERTa one past the padding token's id
 * @param padToken the padding token's id, which RoBERTa leaves out when it counts positions
 * @param pooler whether the checkpoint has a dense layer over the first token (BERT)
 * @param prefixed whether tensor names begin with the encoder's own name, as they do where a head stands beside it
 * @param head what stands on top of the encoder in the checkpoint
 * @param labels of that head; empty for {@link Top#NONE} and {@link Top#MASKED}
 */
public record EncoderConfig(
        String family,
        int hidden,
        int layers,
        int heads,
        int intermediate,
        int vocabulary,
        int maxPositions,
        double normEpsilon,
        String activation,
        int typeVocabulary,
        int firstPosition,
        int padToken,
        boolean tiedHead,
        boolean pooler,
        boolean prefixed,
        Top head,
        List<String> labels)
        implements ModelConfig {

    /** What a checkpoint has on top of the encoder. */
    public enum Top {
        /** Nothing: the bare encoder. */
        NONE,
        /** A guess of masked tokens. */
        MASKED,
        /** A class for every text. */
        SEQUENCE,
        /** A class for every token. */
        TOKEN
    }

    public EncoderConfig {
        labels = List.copyOf(labels);
    }

    @Override
    public int keyValueHeads() {
        return heads;
    }

    @Override
    public int headSize() {
        return hidden / heads;
    }

    @Override
    public List<BaseTask> tasks() {
        return head == Top.MASKED
                ? List.of(BaseTask.CLASSIFICATION, BaseTask.TAGGING, BaseTask.MASKED_LM)
                : List.of(BaseTask.CLASSIFICATION, BaseTask.TAGGING);
    }

    @Override
    public long parameters() {
        return ModelFamily.named(family).tensors(this).values().stream()
                .mapToLong(shape -> {
                    long elements = 1;
                    for (long size : shape) {
                        elements *= size;
                    }
                    return elements;
                })
                .sum();
    }
}
