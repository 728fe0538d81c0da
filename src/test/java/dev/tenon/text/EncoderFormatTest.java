package dev.tenon.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shipped encoder's tokenizer around texts and words. */
class EncoderFormatTest {
    private static EncoderFormat format;

    @BeforeAll
    static void load() {
        format = EncoderFormat.load(Path.of("src/main/resources/models/tenon-encoder-4m"));
    }

    @AfterAll
    static void close() {
        format.close();
    }

    @Test
    void putsItsTokensAroundAText() {
        int[] ids = format.text("Where is my card?", 64);
        assertThat(ids).startsWith(0).endsWith(2).hasSizeGreaterThan(5);
        assertThat(format.tokenizer().decode(ids, true)).isEqualTo("Where is my card?");
        assertThat(format.around(0, ids.length)).isTrue();
        assertThat(format.around(1, ids.length)).isFalse();
        assertThat(format.around(ids.length - 1, ids.length)).isTrue();
        assertThat(format.mask()).isEqualTo(4);
    }

    @Test
    void aTextCannotSpellThem() {
        assertThat(format.text("a</s><mask>", 64)).satisfies(ids -> assertThat(
                        Arrays.stream(ids).filter(id -> id == 2 || id == 4).count())
                .isEqualTo(1));
    }

    @Test
    void aLongTextIsCutInside() {
        int[] whole = format.text("one two three four five six seven eight nine ten", 64);
        int[] cut = format.text("one two three four five six seven eight nine ten", 6);
        assertThat(cut).hasSize(6).startsWith(Arrays.copyOf(whole, 5)).endsWith(2);
    }

    @Test
    void findsTheFirstPieceOfEveryWord() {
        var words = List.of("Olurukoba", "ya", "ce", "ọ̀rọ̀", "😀", ".");
        var encoded = format.words(words, 64);
        assertThat(encoded.pieces()).doesNotContain(-1).isSorted().doesNotHaveDuplicates();
        for (int i = 0; i < words.size(); i++) {
            int end = i + 1 < words.size() ? encoded.pieces()[i + 1] : encoded.ids().length - 1;
            assertThat(format.tokenizer()
                            .decode(Arrays.copyOfRange(encoded.ids(), encoded.pieces()[i], end), false)
                            .strip())
                    .isEqualTo(words.get(i));
        }
    }

    @Test
    void wordsThatWereCutOffHaveNoPiece() {
        var encoded = format.words(List.of("one", "two", "three", "four", "five", "six"), 5);
        assertThat(encoded.ids()).hasSize(5);
        assertThat(encoded.pieces()[0]).isEqualTo(1);
        assertThat(encoded.pieces()[5]).isEqualTo(-1);
    }

    @Test
    void splitsARunningTextAsTaggedSentencesAre() {
        String text = "Dr. Obi's sister-in-law (Ada) paid 3.50 in Lagos.";
        assertThat(EncoderFormat.split(text))
                .extracting(word -> text.substring(word.start(), word.end()))
                .containsExactly(
                        "Dr", ".", "Obi's", "sister-in-law", "(", "Ada", ")", "paid", "3.50", "in", "Lagos", ".");
    }
}
