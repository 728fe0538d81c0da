package dev.tenon.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Promise: what is wrong in a file is said by line, field, rule and fix, before anything is queued. */
class ValidationTest {
    private static final String GOOD =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Ahoy\"}]}\n";

    @Test
    void countsWhatAGoodFileHolds() throws IOException {
        var report = report("\uFEFF" + GOOD + "\r\n" + GOOD);
        assertThat(report.valid()).isTrue();
        assertThat(report.summary()).isEqualTo(new DatasetSummary("chat", 2, 4, 3, 12L));
    }

    @Test
    void namesTheBrokenLineOfALongFile() throws IOException {
        var report = report(GOOD.repeat(7000) + "{\"messages\": [\n" + GOOD);
        assertThat(report.totalProblems()).isEqualTo(1);
        var problem = report.problems().getFirst();
        assertThat(problem.line()).isEqualTo(7001);
        assertThat(problem.rule()).isEqualTo("json");
        assertThat(problem.fix()).isNotBlank();
        assertThat(Refusal.of("train.jsonl", report))
                .hasMessageStartingWith("train.jsonl, line 7001, line: The line is not valid JSON");
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        for (var text : new String[] {"", "\n\n", "  \n"}) {
            assertThat(report(text).problems()).extracting(LineProblem::rule).containsExactly("not_empty");
        }
    }

    @Test
    void fieldsOfOthersBesideOursDoNotMatter() throws IOException {
        var line =
                "{\"prompt\":\"a\",\"completion\":\"b\",\"instruction\":\"a\",\"output\":\"b\",\"conversations\":[]}\n";
        assertThat(report(line).problems()).isEmpty();
    }

    @Test
    void saysOnceWhatAFileIsThatIsNoText() throws IOException {
        byte[] parquet = ("PAR1" + "\u0015\n\u00e9".repeat(1000)).getBytes(StandardCharsets.ISO_8859_1);
        var zipped = new java.io.ByteArrayOutputStream();
        try (var zip = new java.util.zip.GZIPOutputStream(zipped)) {
            zip.write(GOOD.getBytes(StandardCharsets.UTF_8));
        }
        var picture = new java.io.ByteArrayOutputStream();
        javax.imageio.ImageIO.write(
                new java.awt.image.BufferedImage(9, 9, java.awt.image.BufferedImage.TYPE_INT_RGB), "png", picture);
        assertThat(said(parquet)).contains("Parquet");
        assertThat(said(zipped.toByteArray())).contains("gzip");
        assertThat(said(picture.toByteArray())).contains("PNG");
    }

    private static String said(byte[] file) throws IOException {
        var report = Validation.of(new ByteArrayInputStream(file));
        assertThat(report.problems()).hasSize(1);
        assertThat(report.totalProblems()).isEqualTo(1);
        return report.problems().getFirst().message();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    [1]                                                                        | line                | object
                    {"story":"x"}                                                              | messages            | required
                    {"instruction":"a","input":"b","output":"c"}                               | instruction         | format
                    {"conversations":[{"from":"human","value":"a"}]}                           | conversations       | format
                    {"prompt":"a","chosen":"b","rejected":"c"}                                 | chosen              | format
                    {"messages":"x"}                                                           | messages            | type
                    {"messages":[]}                                                            | messages            | type
                    {"messages":[1]}                                                           | messages[0]         | type
                    {"messages":[{"role":"human","content":"a"},{"role":"assistant","content":"b"}]} | messages[0].role | known_role
                    {"messages":[{"content":"a"},{"role":"assistant","content":"b"}]}          | messages[0].role    | required
                    {"messages":[{"role":"user"},{"role":"assistant","content":"b"}]}          | messages[0].content | required
                    {"messages":[{"role":"user","content":3},{"role":"assistant","content":"b"}]} | messages[0].content | type
                    {"messages":[{"role":"user","content":"a"}]}                               | messages[0].role    | last_is_assistant
                    {"messages":[{"role":"assistant","content":"b","weight":0}]}               | messages            | something_to_learn
                    {"messages":[{"role":"assistant","content":"b","weight":2}]}               | messages[0].weight  | zero_or_one
                    {"messages":[{"role":"user","content":"a","weight":1},{"role":"assistant","content":"b"}]} | messages[0].weight | assistant_only
                    {"prompt":"a"}                                                             | completion          | type
                    {"prompt":"a","completion":""}                                             | completion          | not_empty
                    {"messages":[],"messages":[]}                                              | line                | json
                    {"messages":[]} {}                                                         | line                | json
                    """)
    void saysWhichFieldBreaksWhichRule(String line, String field, String rule) throws IOException {
        var problem = report(GOOD + line + "\n").problems().getFirst();
        assertThat(problem.line()).isEqualTo(2);
        assertThat(problem.field()).isEqualTo(field);
        assertThat(problem.rule()).isEqualTo(rule);
        assertThat(problem.fix()).isNotBlank();
    }

    @Test
    void acceptsToolCallsPartsAndTheOtherFormats() throws IOException {
        assertThat(report("""
                        {"messages":[{"role":"user","content":[{"type":"text","text":"a"}]},{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"1","tool_call_id":"c"},{"role":"assistant","content":"b","weight":1}],"tools":[]}
                        """).valid()).isTrue();
        assertThat(report("{\"prompt\":\"a\",\"completion\":\"b\"}").valid()).isTrue();
        assertThat(report("""
                        {"input":{"messages":[{"role":"user","content":"a"}]},"preferred_output":[{"role":"assistant","content":"b"}],"non_preferred_output":[{"role":"assistant","content":"c"}]}
                        """).valid()).isTrue();
    }

    @Test
    void doesNotMixFormatsAndReportsAtMostTwenty() throws IOException {
        var report = report(GOOD + "{\"prompt\":\"a\",\"completion\":\"b\"}\n".repeat(30));
        assertThat(report.totalProblems()).isEqualTo(30);
        assertThat(report.problems()).hasSize(20).extracting(LineProblem::rule).containsOnly("one_format");
    }

    @Test
    void otherBytesAreNoText() throws IOException {
        var pickle = new byte[] {(byte) 0x80, 4, (byte) 0x95, 10};
        var report = Validation.of(new ByteArrayInputStream(pickle));
        assertThat(report.problems()).extracting(LineProblem::rule).containsExactly("utf8");
    }

    @Test
    void anEndlessLineTakesNoMoreThanItsShare() throws IOException {
        var megabyte = "x".repeat(1024 * 1024).getBytes(StandardCharsets.UTF_8);
        var streams = IntStream.range(0, 64)
                .mapToObj(i -> (InputStream) new ByteArrayInputStream(megabyte))
                .toList();
        var report = Validation.of(new SequenceInputStream(Collections.enumeration(streams)));
        assertThat(report.problems()).extracting(LineProblem::rule).containsExactly("length");
    }

    private static ValidationReport report(String text) throws IOException {
        return Validation.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
