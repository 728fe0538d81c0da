package dev.tenon.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.model.HeadForm;
import dev.tenon.model.Hooks;
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
    private final Sequences ownTokens;

    ReferenceBatch(SafetensorsFile io, Network model) {
        this.io = io;
        this.model = model;
        try (var scope = Scope.open()) {
            Tensor ids = TensorEngine.read(io, "input_ids");
            Tensor logits = TensorEngine.read(io, "logits");
            int virtual = logits.rank() == 2 ? 0 : (int) (logits.size(1) - ids.size(1));
            this.width = (int) ids.size(1) + virtual;
            this.mask = before(virtual, 1, TensorEngine.read(io, "attention_mask"));
            Tensor marks = TensorEngine.read(io, "labels");
            this.labels = marks.rank() == 2 ? before(virtual, -100, marks) : marks.toLongs();
            long[] all = before(virtual, 0, ids);
            var rows = new ArrayList<long[]>();
            for (int row = 0; row < ids.size(0); row++) {
                rows.add(kept(row).mapToLong(i -> all[i]).toArray());
            }
            this.sequences = Sequences.of(rows);
            this.ownTokens = Sequences.of(rows.stream()
                    .map(row -> Arrays.copyOfRange(row, virtual, row.length))
                    .toList());
        }
    }

    /** Columns of one value before those of a matrix, as PEFT widens its inputs for virtual tokens. */
    private static long[] before(int columns, long value, Tensor matrix) {
        Tensor more = Tensors.full(value, matrix.dtype(), matrix.device(), matrix.size(0), columns);
        return Tensor.cat(List.of(more, matrix), 1).toLongs();
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

    /** The last hidden states; virtual tokens are among them and must be those that the model sees by itself. */
    private Tensor hidden(Tuned tuned) {
        Hooks hooks = tuned.adapter().hooks();
        Tensor plain = model.hidden(ownTokens, hooks);
        if (hooks.virtualTokens() == null) {
            return plain;
        }
        var written = new WrittenOutPrompt(hooks, sequences);
        Tensor all = model.hidden(sequences, written);
        assertThat(TensorEngine.distance(written.own(all).toFloats(), plain.toFloats()))
                .isLessThan(1e-5);
        return all;
    }

    /** Mean cross-entropy, a scalar. */
    Tensor loss(Tuned tuned) {
        long[][] pairs = targets(tuned);
        Tensor rows = hidden(tuned).select(0, Tensors.of(pairs[0], pairs[0].length));
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
            Tensor hidden = hidden(tuned);
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
