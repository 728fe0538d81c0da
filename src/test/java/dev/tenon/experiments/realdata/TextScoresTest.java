package dev.tenon.experiments.realdata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TextScoresTest {
    private static final Offset<Double> ROUNDING = Offset.offset(1e-9);

    @Test
    void aTextThatSomebodyWroteHasFullMarks() {
        var text = TextScores.words("The Mill is a pub, near the river.");
        assertThat(text).containsExactly("the", "mill", "is", "a", "pub", ",", "near", "the", "river", ".");
        assertThat(TextScores.bleu(List.of(text), List.of(List.of(text)))).isCloseTo(100, ROUNDING);
        assertThat(TextScores.rouge(List.of(text), List.of(List.of(text)))).isCloseTo(100, ROUNDING);
    }

    /** Of "a b c d e x": 5 of 6 words, 4 of 5 pairs, 3 of 4 triples, 2 of 3 fours; as long as the reference. */
    @Test
    void countsWhatIsShared() {
        var text = List.of("a", "b", "c", "d", "e", "x");
        var reference = List.of("a", "b", "c", "d", "e", "f");
        double bleu = 100 * Math.pow(5.0 / 6 * 4 / 5 * 3 / 4 * 2 / 3, 0.25);
        assertThat(TextScores.bleu(List.of(text), List.of(List.of(reference)))).isCloseTo(bleu, ROUNDING);
        assertThat(TextScores.rouge(List.of(text), List.of(List.of(reference)))).isCloseTo(100 * 5.0 / 6, ROUNDING);
        assertThat(TextScores.common(List.of("a", "c", "b"), List.of("a", "b", "c")))
                .isEqualTo(2);
    }
}
