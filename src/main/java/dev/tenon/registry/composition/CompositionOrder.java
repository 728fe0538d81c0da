package dev.tenon.registry.composition;

import dev.tenon.method.QuantizationConfig;
import dev.tenon.method.compose.Recipe;
import dev.tenon.model.Quantisation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be made, every name resolved; kept as JSON in its row.
 *
 * @param base name of the base model of all parts
 * @param recipe how parts become one; null for a merge into the base
 * @param head number of the part whose head is kept; null where none has one or all are averaged
 * @param wide whether a merged base is written as float32
 * @param quantization settings of the form in which the base was kept when the parts were trained; null where dense
 */
record CompositionOrder(
        String base,
        @Nullable Recipe recipe,
        List<Part> parts,
        @Nullable Integer head,
        boolean wide,
        @Nullable Object quantization) {
    /** A version and its weight. */
    record Part(String versionId, String model, double weight) {}

    CompositionOrder {
        parts = List.copyOf(parts);
    }

    /** The form of the base, null where it is dense. */
    @Nullable
    Quantisation form() {
        return quantization == null ? null : QuantizationConfig.form(Map.of(QuantizationConfig.KEY, quantization));
    }
}
