package dev.tenon.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The fixed batch of a reference file, its rows laid end to end without their padding. */
final class ReferenceBatch {
    private final SafetensorsFile io;
    private final long[] mask;
    private final int width;
    private final Sequences sequences;
    /** Tokens whose next token counts, as places in the packed sequence, and those next tokens. */
    private final long[] places;

    private final long[] targets;

    ReferenceBatch(SafetensorsFile io) {
        this.io = io;
        try (var scope = Scope.open()) {
            Tensor ids = TensorEngine.read(io, "input_ids");
            this.width = (int) ids.size(1);
            this.mask = TensorEngine.read(io, "attention_mask").toLongs();
            long[] labels = TensorEngine.read(io, "labels").toLongs();
            var rows = new ArrayList<long[]>();
            var from = new ArrayList<Long>();
            var to = new ArrayList<Long>();
            long at = 0;
            for (int row = 0; row < ids.size(0); row++) {
                int[] kept = kept(row);
                long[] all = ids.toLongs();
                rows.add(Arrays.stream(kept).mapToLong(i -> all[i]).toArray());
                for (int i = 0; i + 1 < kept.length; i++) {
                    if (labels[kept[i + 1]] >= 0) {
                        from.add(at + i);
                        to.add(labels[kept[i + 1]]);
                    }
                }
                at += kept.length;
            }
            this.sequences = Sequences.of(rows);
            this.places = from.stream().mapToLong(Long::longValue).toArray();
            this.targets = to.stream().mapToLong(Long::longValue).toArray();
        }
    }

    private int[] kept(int row) {
        return IntStream.range(row * width, (row + 1) * width)
                .filter(i -> mask[i] != 0)
                .toArray();
    }

    /** Mean cross-entropy, a scalar. */
    Tensor loss(CausalModel model, Adapter adapter) {
        var hooks = adapter.hooks();
        Tensor hidden = model.hidden(sequences, hooks).select(0, Tensors.of(places, places.length));
        List<Tensor> sums =
                Kernels.callList("token_loss", model.logits(hidden, hooks), Tensors.of(targets, targets.length));
        return sums.getFirst().sum().mul(1.0 / targets.length);
    }

    void checkLogits(CausalModel model, Adapter adapter, String name, double tolerance) {
        try (var scope = Scope.open()) {
            Tensor reference = TensorEngine.read(io, name);
            float[] all = reference.toFloats();
            int vocabulary = (int) reference.size(-1);
            float[] ours = model.logits(model.hidden(sequences, adapter.hooks()), adapter.hooks())
                    .toFloats();
            int at = 0;
            for (int token = 0; token < mask.length; token++) {
                if (mask[token] != 0) {
                    float[] expected = Arrays.copyOfRange(all, token * vocabulary, (token + 1) * vocabulary);
                    float[] computed = Arrays.copyOfRange(ours, at * vocabulary, (at + 1) * vocabulary);
                    assertThat(TensorEngine.distance(computed, expected))
                            .as(name + " of token " + token)
                            .isLessThan(tolerance);
                    at++;
                }
            }
        }
    }
}
