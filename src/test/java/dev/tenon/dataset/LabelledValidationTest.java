package dev.tenon.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Datasets of encoders in every format: known by their beginning, checked line by line. */
class LabelledValidationTest {
    private static ValidationReport report(String text) throws IOException {
        return Validation.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            {"text":"a","label":"x"}\\n{"text":"b","label":2}                                | classification | 2
            {"text":"a"}\\n\\n{"text":"b"}                                                   | text           | 2
            {"tokens":["Ada","ran"],"tags":["B-PER","O"]}                                    | tagging        | 1
            text,category\\nHi,greeting\\n"Bye, all\\nof you",parting\\n                     | classification | 2
            text\\tlabel\\nHi\\tgreeting\\nBye\\tparting                                     | classification | 2
            id;sentence;intent\\n1;Hi;greeting\\n2;Bye;parting                               | classification | 2
            text\\nHi\\nBye                                                                  | text           | 2
            Ada B-PER\\nran O\\n\\nBob B-PER\\n. O\\n                                        | tagging        | 2
            -DOCSTART- -X- O\\n\\nAda NNP B-PER\\nran VBD O                                  | tagging        | 1
            \uFEFFtext,label\\nHi,greeting\\nBye,parting                                     | classification | 2
            {"subject": "a", "relation": "IsA", "object": "b"}                      | text           | 1
            subject,relation,object\\na,IsA,b\\nb,isa,B\\na,HasA,c                       | text           | 2
            """)
    void everyFormatIsKnownByItsBeginning(String file, String format, long examples) throws IOException {
        var report = report(unescaped(file));
        assertThat(report.problems()).isEmpty();
        assertThat(report.summary()).isNotNull();
        assertThat(report.summary().format()).isEqualTo(format);
        assertThat(report.summary().examples()).isEqualTo(examples);
    }

    private static String unescaped(String file) {
        return file.replace("\\n", "\n").replace("\\t", "\t");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
            {"text":"a","label":"x"}\\n{"text":"b","label":[]}        | 2 | label     | type
            {"text":"a","label":"x"}\\n{"text":" ","label":"y"}       | 2 | text      | not_empty
            {"text":"a","label":"x"}\\n{"text":"b","label":""}        | 2 | label     | not_empty
            {"text":"a","label":"x"}\\n{"text":"b"}                   | 2 | line      | one_format
            {"text":"a","label":"x"}\\n{"text":"b","label":"x"}       | 1 | label     | two_labels
            {"text":3}                                                | 1 | text      | type
            {"tokens":["a"],"tags":["O","O"]}                         | 1 | tags      | one_for_each
            {"tokens":["a"]}                                          | 1 | tags      | type
            {"tokens":["a",""],"tags":["O","O"]}                      | 1 | tokens[1] | type
            {"tokens":[],"tags":[]}                                   | 1 | tokens    | not_empty
            text,label\\na,x\\nb\\nc,y                                | 3 | line      | columns
            text,label\\na,x\\n,y                                     | 3 | text      | not_empty
            subject,relation,object\\na,Eats,b                        | 2 | relation  | known_relation
            subject,relation,object\\na,IsA                           | 2 | line      | columns
            text,topik\\na,x                                          | 1 | header    | known_column
            Ada B-PER\\nran\\n\\nBob B-PER\\nx O                      | 2 | tag       | required
            """)
    void whatIsWrongIsNamed(String file, long line, String field, String rule) throws IOException {
        var report = report(unescaped(file));
        assertThat(report.valid()).isFalse();
        var problem = report.problems().getFirst();
        assertThat(problem.line()).isEqualTo(line);
        assertThat(problem.field()).isEqualTo(field);
        assertThat(problem.rule()).isEqualTo(rule);
        assertThat(problem.fix()).isNotBlank();
    }

    @Test
    void bytesThatAreNoTextAreNamed() throws IOException {
        byte[] file = "text,label\nHi,greeting\nB_e,parting\n".getBytes(StandardCharsets.UTF_8);
        file[24] = (byte) 0xff;
        var report = Validation.of(new ByteArrayInputStream(file));
        assertThat(report.problems()).extracting(LineProblem::rule).contains("utf8");
    }

    @Test
    void aColumnThatIsNoLabelIsNoticed() throws IOException {
        String file = IntStream.range(0, 1500)
                .mapToObj(i -> "text %d,label %d".formatted(i, i))
                .collect(Collectors.joining("\n", "text,label\n", "\n"));
        var report = report(file);
        assertThat(report.problems()).extracting(LineProblem::rule).containsExactly("few_labels");
        assertThat(report.problems().getFirst().line()).isEqualTo(1002);
    }

    @Test
    void previewsShowTheTextAndItsLabel() {
        var previews = new LabelledPreviews(1, 1);
        previews.example(2, new dev.tenon.text.LabelledExample.Labelled("Hi", "greeting"));
        previews.example(3, new dev.tenon.text.LabelledExample.Labelled("Bye", "parting"));
        assertThat(previews.full()).isTrue();
        var example = previews.examples().getFirst();
        assertThat(example.index()).isEqualTo(1);
        assertThat(example.messages())
                .extracting(message -> message.get("content"))
                .containsExactly("Bye", "parting");
    }
}
