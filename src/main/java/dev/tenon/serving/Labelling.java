package dev.tenon.serving;

import dev.tenon.model.Head;
import dev.tenon.model.HeadForm;
import dev.tenon.model.Hooks;
import dev.tenon.model.Sequences;
import dev.tenon.serving.Classification.Found;
import dev.tenon.serving.Classification.Score;
import dev.tenon.serving.Classification.Told;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import dev.tenon.text.EncoderFormat;
import dev.tenon.text.EncoderFormat.Word;
import dev.tenon.text.EntitySpans;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Runs texts, packed in batches, through an encoder and its head. */
record Labelling(ResidentEncoder encoder, Head head, Hooks hooks) {
    private static final int BATCH_TOKENS = 4096;

    /** A text as tokens, and the places that are read. */
    private record Prepared(String text, List<Word> words, long[] ids, int[] places, boolean truncated) {}

    Classification of(List<String> texts) {
        var told = new ArrayList<Told>();
        var batch = new ArrayList<Prepared>();
        int held = 0;
        int tokens = 0;
        for (String text : texts) {
            var prepared = prepare(text);
            if (!batch.isEmpty() && held + prepared.ids().length > BATCH_TOKENS) {
                told.addAll(run(batch));
                batch.clear();
                held = 0;
            }
            batch.add(prepared);
            held += prepared.ids().length;
            tokens += prepared.ids().length;
        }
        told.addAll(run(batch));
        return new Classification(head.form().task(), told, tokens);
    }

    private boolean tags() {
        return head.form().task() == HeadForm.Task.TAGGING;
    }

    private Prepared prepare(String text) {
        int longest = encoder.model().config().maxPositions();
        if (!tags()) {
            int[] ids = encoder.format().text(text, longest);
            return new Prepared(text, List.of(), wide(ids), new int[] {0}, ids.length == longest);
        }
        var words = EncoderFormat.split(text);
        var encoded = encoder.format()
                .words(
                        words.stream()
                                .map(word -> text.substring(word.start(), word.end()))
                                .toList(),
                        longest);
        boolean cut = Arrays.stream(encoded.pieces()).anyMatch(place -> place < 0);
        return new Prepared(text, words, wide(encoded.ids()), encoded.pieces(), cut);
    }

    private static long[] wide(int[] ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }

    private List<Told> run(List<Prepared> batch) {
        var sequences = Sequences.of(batch.stream().map(Prepared::ids).toList());
        var rows = new ArrayList<Long>();
        long[] starts = sequences.starts();
        for (int i = 0; i < batch.size(); i++) {
            for (int place : batch.get(i).places()) {
                if (place >= 0) {
                    rows.add(starts[i] + place);
                }
            }
        }
        if (rows.isEmpty()) {
            return batch.stream()
                    .map(text -> new Told(List.of(), List.of(), text.truncated()))
                    .toList();
        }
        float[] probabilities = probabilities(
                sequences, rows.stream().mapToLong(Long::longValue).toArray());
        var told = new ArrayList<Told>();
        int row = 0;
        for (var text : batch) {
            int count = (int)
                    Arrays.stream(text.places()).filter(place -> place >= 0).count();
            told.add(tags() ? tagged(text, probabilities, row, count) : labelled(text, probabilities, row));
            row += count;
        }
        return told;
    }

    private float[] probabilities(Sequences sequences, long[] rows) {
        try (var scope = Scope.open()) {
            var model = encoder.model();
            Tensor read = model.hidden(sequences, hooks).select(0, Tensors.of(rows, model.device(), rows.length));
            return head.logits(model, read, hooks).softmax(-1).toFloats();
        }
    }

    private Told labelled(Prepared text, float[] probabilities, int row) {
        int width = head.labels().size();
        var scores = new ArrayList<Score>();
        for (int i = 0; i < width; i++) {
            scores.add(new Score(head.labels().get(i), probabilities[row * width + i]));
        }
        scores.sort(Comparator.comparingDouble(Score::score).reversed());
        return new Told(scores, List.of(), text.truncated());
    }

    private Told tagged(Prepared text, float[] probabilities, int row, int count) {
        int width = head.labels().size();
        var tags = new ArrayList<String>();
        var sure = new double[count];
        for (int i = 0; i < count; i++) {
            int best = 0;
            for (int label = 1; label < width; label++) {
                int at = (row + i) * width;
                best = probabilities[at + label] > probabilities[at + best] ? label : best;
            }
            tags.add(head.labels().get(best));
            sure[i] = probabilities[(row + i) * width + best];
        }
        var found = new ArrayList<Found>();
        if (EntitySpans.fit(head.labels())) {
            for (var span : EntitySpans.of(tags)) {
                double mean =
                        Arrays.stream(sure, span.start(), span.end()).average().orElse(0);
                found.add(found(text, span.type(), span.start(), span.end(), mean));
            }
        } else {
            for (int i = 0; i < count; i++) {
                found.add(found(text, tags.get(i), i, i + 1, sure[i]));
            }
        }
        return new Told(List.of(), found, text.truncated());
    }

    /** Words are cut off only at the end, so that those that were read are the first. */
    private static Found found(Prepared text, String label, int from, int to, double score) {
        return new Found(
                label, text.words().get(from).start(), text.words().get(to - 1).end(), score);
    }
}
