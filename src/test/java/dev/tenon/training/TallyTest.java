package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.text.EntitySpans;
import dev.tenon.text.EntitySpans.Span;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Scores by hand: macro F1 by label, F1 of whole entities. */
class TallyTest {
    private static final List<String> TAGS = List.of("O", "B-PER", "I-PER", "B-LOC", "I-LOC");

    private static Document document(int... targets) {
        return new Document(new int[targets.length], targets);
    }

    @Test
    void macroF1IsTheMeanOverLabelsThatOccur() {
        var tally = new LabelTally(4);
        tally.add(List.of(document(0, -1), document(0), document(1), document(1)), new int[] {0, 1, 1, 1});
        // label 0: 1 hit of 2, told once: 2/3; label 1: 2 hits of 2, told 3 times: 4/5; labels 2 and 3 do not occur
        assertThat(tally.scores().get("macroF1")).isCloseTo((2.0 / 3 + 4.0 / 5) / 2, within(1e-12));
    }

    @Test
    void entitiesAreWholeSpans() {
        assertThat(EntitySpans.of(List.of("B-PER", "I-PER", "O", "B-LOC", "B-LOC", "I-LOC")))
                .containsExactlyInAnyOrder(new Span(0, 2, "PER"), new Span(3, 4, "LOC"), new Span(4, 6, "LOC"));
        assertThat(EntitySpans.of(List.of("O", "I-PER", "I-LOC", "I-LOC")))
                .containsExactlyInAnyOrder(new Span(1, 2, "PER"), new Span(2, 4, "LOC"));
        assertThat(EntitySpans.of(List.of("O", "O"))).isEmpty();
    }

    @Test
    void anEntityCountsOnlyWithItsBoundsAndType() {
        var tally = new EntityTally(TAGS);
        // wanted: PER 0–2, LOC 3–4; told: PER 0–1 (short), LOC 3–4; second document: told PER where it was LOC
        tally.add(
                List.of(document(1, 2, 0, 3), document(-1, 3)),
                IntStream.of(1, 0, 0, 3, 1).toArray());
        // 1 hit of 3 wanted and 3 told
        assertThat(tally.scores()).isEqualTo(Map.of("entityF1", 1.0 / 3));
    }

    @Test
    void nothingWantedAndNothingToldIsZero() {
        var tally = new EntityTally(TAGS);
        tally.add(List.of(document(0)), new int[] {0});
        assertThat(tally.scores()).containsEntry("entityF1", 0.0);
    }

    @Test
    void onlyTagsOfEntitiesAreScoredAsSuch() {
        assertThat(EntitySpans.fit(TAGS)).isTrue();
        assertThat(EntitySpans.fit(List.of("NOUN", "VERB"))).isFalse();
        assertThat(EntitySpans.fit(List.of("O"))).isFalse();
    }

    @Test
    void aboutOneTokenInSevenIsHidden() {
        var masking = new Masking(4, 1000);
        int[] ids = IntStream.range(0, 2000).map(i -> 5 + i % 900).toArray();
        var targets = ids.clone();
        targets[0] = Document.NOTHING;
        var whole = new Document(ids, targets);
        var drawn = masking.draw(whole, 7);
        assertThat(drawn.count()).isBetween(240, 360);
        assertThat(drawn.targets()[0]).isEqualTo(Document.NOTHING);
        long masked = IntStream.of(drawn.ids()).filter(id -> id == 4).count();
        assertThat(masked / (double) drawn.count()).isBetween(0.72, 0.88);
        for (int i = 0; i < ids.length; i++) {
            if (drawn.targets()[i] == Document.NOTHING) {
                assertThat(drawn.ids()[i]).isEqualTo(ids[i]);
            } else {
                assertThat(drawn.targets()[i]).isEqualTo(ids[i]);
            }
        }
        assertThat(masking.draw(whole, 7)).usingRecursiveComparison().isEqualTo(drawn);
        assertThat(masking.draw(whole, 8).ids()).isNotEqualTo(drawn.ids());
        var one = masking.draw(new Document(new int[] {0, 9}, new int[] {-1, 9}), 3);
        assertThat(one.targets()).containsExactly(-1, 9);
    }
}
