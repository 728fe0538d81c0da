package dev.tenon.method;

import dev.tenon.model.Sequences;
import java.util.List;
import java.util.function.Function;

/**
 * What a method may look at before it starts.
 *
 * @param batches training examples, in batches that fit one pass through the model
 * @param tokenizer the token ids of a text, without special tokens around it
 * @param sources finished adapters that its settings name, in their order; they are closed again afterwards
 */
public record Calibration(List<Sequences> batches, Function<String, long[]> tokenizer, List<Adapter> sources) {
    public Calibration {
        batches = List.copyOf(batches);
        sources = List.copyOf(sources);
    }

    /** Without finished adapters. */
    public Calibration(List<Sequences> batches, Function<String, long[]> tokenizer) {
        this(batches, tokenizer, List.of());
    }

    /** Without texts of the method's own. */
    public Calibration(List<Sequences> batches) {
        this(batches, text -> {
            throw new IllegalStateException("no tokenizer came with this calibration");
        });
    }
}
