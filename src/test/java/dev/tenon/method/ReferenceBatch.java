package dev.tenon.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.model.HeadForm;
import dev.tenon.model.Network;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The fixed batch of a reference file, its rows laid end to end without their padding. */
final class ReferenceBatch {
    private final SafetensorsFile io;
    private final Network model;
    private final int width;
    private final long[] mask;
    /** By text where the labels are of texts, otherwise by token with those of the padding. */
    private final long[] labels;

    private final Sequences sequences;

    ReferenceBatch(SafetensorsFile io, Network model) {
        this.io = io;
        this.model = model;
        try (var scope = Scope.open()) {
            Tensor ids = TensorEngine.read(io, "input_ids");
            this.width = (int) ids.size(1);
            this.mask = TensorEngine.read(io, "attention_mask").toLongs();
            this.labels = TensorEngine.read(io, "labels").toLongs();
            long[] all = ids.toLongs();
            var rows = new ArrayList<long[]>();
            for (int row = 0; row < ids.size(0); row++) {
                rows.add(kept(row).mapToLong(i -> all[i]).toArray());
            }
            this.sequences = Sequences.of(rows);
        }
    }

    private IntStream kept(int row) {
        return IntStream.range(row * width, (row + 1) * width).filter(i -> mask[i] != 0);
    }

    private int[] kept() {
        return IntStream.range(0, mask.length).filter(i -> mask[i] != 0).toArray();
    }

    /** Which packed rows predict something, and what: a text's label, a token's, or the next token. */
    private long[][] targets(Tuned tuned) {
        var from = LongStream.builder();
        var to = LongStream.builder();
        int[] tokens = kept();
        var head = tuned.head();
        if (head != null && head.head().form().task() == HeadForm.Task.CLASSIFICATION) {
            return new long[][] {sequences.starts(), labels};
        }
        for (int i = 0; i < tokens.length; i++) {
            boolean next = head == null;
            if (next && (i + 1 == tokens.length || tokens[i + 1] / width != tokens[i] / width)) {
                continue;
            }
            long label = labels[tokens[next ? i + 1 : i]];
            if (label >= 0) {
                from.add(i);
                to.add(label);
            }
        }
        return new long[][] {from.build().toArray(), to.build().toArray()};
    }

    /** Mean cross-entropy, a scalar. */
    Tensor loss(Tuned tuned) {
        long[][] pairs = targets(tuned);
        Tensor rows = model.hidden(sequences, tuned.adapter().hooks())
                .select(0, Tensors.of(pairs[0], pairs[0].length));
        List<Tensor> sums =
                Kernels.callList("token_loss", tuned.logits(model, rows), Tensors.of(pairs[1], pairs[1].length));
        return sums.getFirst().sum().mul(1.0 / pairs[1].length);
    }

    /** Compares every score that the reference has; those of padding do not count. */
    void checkLogits(Tuned tuned, String name, double tolerance) {
        try (var scope = Scope.open()) {
            Tensor reference = TensorEngine.read(io, name);
            float[] all = reference.toFloats();
            int classes = (int) reference.size(-1);
            Tensor hidden = model.hidden(sequences, tuned.adapter().hooks());
            boolean texts = reference.rank() == 2;
            long[] starts = sequences.starts();
            float[] ours = tuned.logits(model, texts ? hidden.select(0, Tensors.of(starts, starts.length)) : hidden)
                    .toFloats();
            int[] places = texts ? IntStream.range(0, starts.length).toArray() : kept();
            for (int row = 0; row < places.length; row++) {
                float[] expected = Arrays.copyOfRange(all, places[row] * classes, (places[row] + 1) * classes);
                float[] computed = Arrays.copyOfRange(ours, row * classes, (row + 1) * classes);
                assertThat(TensorEngine.distance(computed, expected))
                        .as(name + " of row " + row)
                        .isLessThan(tolerance);
            }
        }
    }
}
