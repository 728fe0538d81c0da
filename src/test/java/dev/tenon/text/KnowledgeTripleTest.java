package dev.tenon.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.text.LabelledExample.Labelled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnowledgeTripleTest {
    @TempDir
    Path folder;

    /** What is read of a file: its texts, and of what is wrong the line, field and message. */
    private static final class Heard implements ExampleSink {
        final List<String> texts = new ArrayList<>();
        final List<String> wrong = new ArrayList<>();

        @Override
        public void example(long line, LabelledExample example) {
            var labelled = (Labelled) example;
            assertThat(labelled.label()).isNull();
            texts.add(labelled.text());
        }

        @Override
        public void wrong(long line, String field, String rule, String message, String fix) {
            wrong.add("%d %s %s %s".formatted(line, field, rule, message));
        }
    }

    private Heard read(String content) throws IOException {
        var heard = new Heard();
        ExampleFile.read(Files.writeString(folder.resolve("file"), content), heard);
        return heard;
    }

    @Test
    void triplesAreReadAsSentences() throws IOException {
        var heard = read("""
                {"subject": "bisad", "relation": "IsA", "object": "xayawaan"}
                {"subject": "/c/so/guri_weyn/n", "relation": "/r/AtLocation", "object": "/c/so/magaalo"}
                {"subject": "Biyo", "relation": "synonym", "object": "biyo"}
                {"subject": "qorrax", "relation": "UsedFor", "object": "diirimaad"}
                """);
        assertThat(heard.wrong).isEmpty();
        // the third says that something is itself
        assertThat(heard.texts)
                .containsExactly(
                        "bisad is a type of xayawaan.",
                        "guri weyn is found at magaalo.",
                        "qorrax is used for diirimaad.");
    }

    @Test
    void aTableOfTriplesIsReadLikeThem() throws IOException {
        var heard = read("start\trelation\tend\tweight\nbisad\tIsA\txayawaan\t1.0\nbisad\tHasA\tdabo\t0.5\n");
        assertThat(heard.wrong).isEmpty();
        assertThat(heard.texts).containsExactly("bisad is a type of xayawaan.", "bisad has dabo.");
    }

    @Test
    void whatIsWrongIsNamed() throws IOException {
        var heard = read("""
                {"subject": "bisad", "relation": "Likes", "object": "kalluun"}
                {"subject": " ", "relation": "IsA", "object": "xayawaan"}
                {"subject": "bisad", "relation": "IsA", "object": 3}
                {"subject": "bisad", "relation": "IsA"}
                """);
        assertThat(heard.texts).isEmpty();
        assertThat(heard.wrong)
                .containsExactly(
                        "1 relation known_relation 'Likes' has no phrase.",
                        "2 subject not_empty is empty.",
                        "3 object type must be a text.",
                        "4 object type must be a text.");
    }

    /** Sentences can be taken apart again, so that no two relations look alike. */
    @Test
    void everySentenceTellsItsTriple() throws IOException {
        assertThat(Relations.names()).hasSizeGreaterThanOrEqualTo(33);
        var phrases = new HashSet<String>();
        for (String name : Relations.names()) {
            assertThat(phrases.add(Relations.phrase(name))).as(name).isTrue();
            var heard =
                    read("{\"subject\": \"laba eray\", \"relation\": \"%s\", \"object\": \"geed\"}".formatted(name));
            assertThat(apart(heard.texts.getFirst())).containsExactly("laba eray", name, "geed");
        }
    }

    private static List<String> apart(String sentence) {
        return Relations.names().stream()
                .filter(name -> sentence.contains(" " + Relations.phrase(name) + " "))
                .max(Comparator.comparingInt(
                        name -> Objects.requireNonNull(Relations.phrase(name)).length()))
                .map(name -> {
                    String between = " " + Relations.phrase(name) + " ";
                    int at = sentence.indexOf(between);
                    return List.of(
                            sentence.substring(0, at),
                            name,
                            sentence.substring(at + between.length(), sentence.length() - 1));
                })
                .orElseThrow();
    }
}
