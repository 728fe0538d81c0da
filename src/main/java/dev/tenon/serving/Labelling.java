package dev.tenon.serving;

import dev.tenon.model.Head;
import dev.tenon.model.HeadForm;
import dev.tenon.serving.Classification.Found;
import dev.tenon.serving.Classification.Score;
import dev.tenon.serving.Classification.Told;
import dev.tenon.serving.labels.ReadText;
import dev.tenon.text.EncoderFormat;
import dev.tenon.text.EncoderFormat.Word;
import dev.tenon.text.EntitySpans;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What a head reads of texts, and what its probabilities say.
 *
 * @param longest most tokens of a text, those around it among them
 */
record Labelling(EncoderFormat format, int longest, Head head) {
    /** A text, its words where each is told of, and whether its end was cut off. */
    record Prepared(String text, List<Word> words, ReadText read, boolean truncated) {}

    private boolean tags() {
        return head.form().task() == HeadForm.Task.TAGGING;
    }

    Prepared prepare(String text) {
        if (!tags()) {
            int[] ids = format.text(text, longest);
            return new Prepared(text, List.of(), new ReadText(wide(ids), new int[] {0}), ids.length == longest);
        }
        var words = EncoderFormat.split(text);
        var encoded = format.words(
                words.stream()
                        .map(word -> text.substring(word.start(), word.end()))
                        .toList(),
                longest);
        int[] read = Arrays.stream(encoded.pieces()).filter(place -> place >= 0).toArray();
        return new Prepared(
                text, words, new ReadText(wide(encoded.ids()), read), read.length < encoded.pieces().length);
    }

    private static long[] wide(int[] ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }

    /** @param probabilities {@code [places · labels]} of each text */
    Classification told(List<Prepared> texts, List<float[]> probabilities) {
        var told = new ArrayList<Told>();
        int tokens = 0;
        for (int i = 0; i < texts.size(); i++) {
            var text = texts.get(i);
            told.add(tags() ? tagged(text, probabilities.get(i)) : labelled(text, probabilities.get(i)));
            tokens += text.read().ids().length;
        }
        return new Classification(head.form().task(), told, tokens);
    }

    private Told labelled(Prepared text, float[] probabilities) {
        int width = head.labels().size();
        var scores = new ArrayList<Score>();
        for (int i = 0; i < width; i++) {
            scores.add(new Score(head.labels().get(i), probabilities[i]));
        }
        scores.sort(Comparator.comparingDouble(Score::score).reversed());
        return new Told(scores, List.of(), text.truncated());
    }

    private Told tagged(Prepared text, float[] probabilities) {
        int count = text.read().places().length;
        int width = head.labels().size();
        var tags = new ArrayList<String>();
        var sure = new double[count];
        for (int i = 0; i < count; i++) {
            int best = 0;
            for (int label = 1; label < width; label++) {
                int at = i * width;
                best = probabilities[at + label] > probabilities[at + best] ? label : best;
            }
            tags.add(head.labels().get(best));
            sure[i] = probabilities[i * width + best];
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
