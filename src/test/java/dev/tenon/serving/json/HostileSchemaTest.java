package dev.tenon.serving.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tenon.core.Problem;
import dev.tenon.serving.OutputFormat;
import dev.tenon.text.Tokenizer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Schemas that are made to take much time or memory are refused by name or take little. */
class HostileSchemaTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long MEGABYTE = 1 << 20;
    private static final String TWO_WAYS = """
            {"$defs":{"a":{"anyOf":[{"type":"array","items":{"$ref":"#/$defs/a"}},
                                    {"type":"array","items":{"$ref":"#/$defs/a"}},{"const":1}]}},
             "$ref":"#/$defs/a"}""";

    private static Tokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer = Tokenizer.load(Path.of("src/main/resources/models/tenon-base-7m"));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            .required               | {"required":[%s]}
            .type                   | {"type":[%s]}
            .enum                   | {"enum":[%s]}
            .anyOf                  | {"anyOf":[%s]}
            .allOf                  | {"allOf":[%s]}
            .items.required         | {"items":{"required":[%s]}}
            .properties.a.enum      | {"properties":{"a":{"enum":[%s]}}}
            .anyOf[1].required      | {"anyOf":[true,{"required":[%s]}]}
            .$defs.a.required       | {"$defs":{"a":{"required":[%s]}},"$ref":"#/$defs/a"}
            """)
    void manyItemsAreCountedFirst(String where, String schema) {
        var node = JSON.readTree(schema.formatted(
                IntStream.range(0, 600_000).mapToObj(i -> "\"" + i + "\"").collect(Collectors.joining(","))));
        long before = THREADS.getCurrentThreadAllocatedBytes();
        refused(new OutputFormat.Schema(node), where);
        // the collection itself is not gone through at all
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(MEGABYTE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            .minItems               | {"minItems":2147483647}
            .minItems               | {"minItems":1e400}
            .minLength              | {"minLength":9223372036854775807}
            .minLength              | {"minLength":4097}
            .maxItems               | {"maxItems":-1}
            .maxItems               | {"maxItems":-1e400}
            .maxLength              | {"maxLength":0.5}
            .maxItems               | {"maxItems":9223372036854775807}
            .type                   | {"enum":[1],"type":"text"}
            """)
    void countsHaveTheirRange(String where, String schema) {
        refused(new OutputFormat.Schema(JSON.readTree(schema)), where);
    }

    @Test
    void propertiesAndTheirNamesAreCounted() {
        refused(schema("{\"properties\":{%s}}", 2001, i -> "\"" + i + "\":true"), ".properties");
        var longNames = "x".repeat(300);
        refused(
                schema("{\"properties\":{%s}}", 1000, i -> "\"" + longNames + i + "\":true"),
                ".properties." + "x".repeat(64) + "…");
        refused(schema("{\"enum\":[%s]}", 1000, i -> "\"" + longNames + i + "\""), ".enum");
        refused(schema("{\"$ref\":\"#%s\"}", 600, i -> "/a", ""), ".$ref");
        refused(schema("%s{}%s", 201, i -> "{\"items\":", "}"), "");
    }

    /** One above 4096 is kept as if it were that, the largest as if it were none, which no answer is long enough to break. */
    @ParameterizedTest
    @ValueSource(strings = {"{\"maxItems\":%s}", "{\"maxLength\":%s}"})
    void aHugeUpperBoundCostsNoMoreThanALargeOne(String schema) {
        int large = program(schema.formatted("4096")).operations().length;
        for (var huge : new String[] {"4097", "2147483647"}) {
            assertThat(program(schema.formatted(huge)).operations().length).isLessThanOrEqualTo(large);
        }
    }

    @Test
    void anAnswerThatNeedsMillionsOfItemsIsNotPlanned() {
        var schema = "{\"items\":{\"items\":{\"items\":{},\"minItems\":8},\"minItems\":4096},\"minItems\":4096}";
        var format = new OutputFormat.Schema(JSON.readTree(schema));
        long before = THREADS.getCurrentThreadAllocatedBytes();
        JsonConstraints.of(format, tokenizer, Set.of(0), 1000);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(50 * MEGABYTE);
    }

    /** A chain of references that a search for cycles must not walk again from each of its rules. */
    @Test
    void longChainsOfReferencesAreNoCycle() {
        int count = 490;
        var parts = IntStream.range(0, count)
                .mapToObj(i ->
                        "\"a%d\":%s".formatted(i, i == 0 ? "{\"const\":1}" : "{\"$ref\":\"#/$defs/a" + (i - 1) + "\"}"))
                .collect(Collectors.joining(","));
        var all = IntStream.range(0, count)
                .mapToObj(i -> "{\"$ref\":\"#/$defs/a" + i + "\"}")
                .collect(Collectors.joining(","));
        var format = JSON.readTree("{\"$defs\":{" + parts + "},\"anyOf\":[" + all + "]}");
        assertThat(SchemaCompiler.compile(new OutputFormat.Schema(format)).operations())
                .isNotEmpty();
    }

    /** Each "[" doubles the ways to read it. */
    @Test
    void waysThatDoubleWithEveryByteAreGivenUpButForSome() {
        var automaton = new Automaton(program(TWO_WAYS), TokenMasks.alone(tokenizer.bytes()));
        var state = automaton.start();
        for (int depth = 1; depth <= 100; depth++) {
            state = automaton.step(state, '[');
            assertThat(state.places.length).isBetween(1, 2048);
            assertThat(state.distance).isEqualTo(depth);
        }
        for (byte b : automaton.shortest(state)) {
            state = automaton.step(state, b);
        }
        assertThat(state.ended).isTrue();
    }

    @Test
    void aWholeAnswerOfSuchWaysIsStillOfTheSchema() {
        var constraint =
                JsonConstraints.of(new OutputFormat.Schema(JSON.readTree(TWO_WAYS)), tokenizer, Set.of(0), 200);
        var text = new StringBuilder();
        for (int left = 200; left > 0 && !constraint.complete(); left--) {
            var logits = new float[tokenizer.vocabularySize()];
            for (int id = 0; id < logits.length; id++) {
                var spelled = new String(tokenizer.bytes().of(id), StandardCharsets.UTF_8);
                logits[id] = spelled.endsWith("[") ? 1 : 0;
            }
            constraint.mask(logits, left);
            int best = IntStream.range(0, logits.length)
                    .boxed()
                    .max((a, b) -> Float.compare(logits[a], logits[b]))
                    .orElseThrow();
            text.append(new String(tokenizer.bytes().of(best), StandardCharsets.UTF_8));
            constraint.accept(best);
        }
        assertThat(JSON.readTree(text.toString()).isArray()).as(text.toString()).isTrue();
    }

    @Test
    void whatIsForgottenIsWorkedOutAgain() {
        var schema = "{\"properties\":{\"a\":{\"enum\":[\"x\",\"y\"]},\"b\":{\"items\":{\"type\":\"integer\"}}}}";
        var automaton = new Automaton(program(schema), TokenMasks.alone(tokenizer.bytes()));
        var text = "{\"a\":\"x\",\"b\":[1,2,3]}".getBytes(StandardCharsets.UTF_8);
        var distances = new int[text.length];
        for (int pass = 0; pass < text.length; pass++) {
            var state = automaton.start();
            for (int i = 0; i < text.length; i++) {
                if (pass == i) {
                    automaton.forget();
                }
                state = automaton.step(state, text[i]);
                assertThat(pass == 0 ? state.distance : distances[i]).isEqualTo(state.distance);
                distances[i] = state.distance;
            }
            assertThat(state.complete()).isTrue();
        }
    }

    /** Against going through all instructions until nothing changes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                TWO_WAYS,
                "{\"properties\":{\"a\":{},\"b\":{\"minItems\":3},\"c\":{\"minLength\":7}},\"required\":[\"c\",\"d\"]}",
                "{\"properties\":{\"again\":{\"$ref\":\"#\"}},\"required\":[\"again\"]}",
                "{\"minItems\":4000,\"items\":{\"minItems\":4000,\"items\":{\"minItems\":4000}}}"
            })
    void distancesAreTheLeast(String schema) {
        var program = program(schema);
        var usable = new boolean[256];
        Arrays.fill(usable, true);
        var expected = new int[program.operations().length];
        Arrays.fill(expected, Program.NEVER);
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int at = expected.length - 1; at >= 0; at--) {
                int first = program.first()[at];
                long found = switch (program.operations()[at]) {
                    case Program.RANGE -> 1L + expected[at + 1];
                    case Program.JUMP -> expected[first];
                    case Program.CALL -> (long) expected[first] + expected[at + 1];
                    case Program.SPLIT ->
                        Arrays.stream(program.ways()[first])
                                .map(way -> expected[way])
                                .min()
                                .orElseThrow();
                    default -> 0;
                };
                if (found < expected[at]) {
                    expected[at] = (int) found;
                    changed = true;
                }
            }
        }
        assertThat(program.distances(usable)).isEqualTo(expected);
    }

    /** Four times the members take about four times the memory, their first token included. */
    @Test
    void theWorkForASchemaGrowsAsItDoes() {
        allocated(100);
        long some = allocated(500);
        assertThat(allocated(2000)).isLessThan(6 * some);
    }

    private static long allocated(int members) {
        var format = schema("{\"properties\":{%s}}", members, i -> "\"member" + i + "\":{\"type\":\"integer\"}");
        long before = THREADS.getCurrentThreadAllocatedBytes();
        var constraint = JsonConstraints.of(format, tokenizer, Set.of(0), 100);
        constraint.mask(new float[tokenizer.vocabularySize()], 100);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static Program program(String schema) {
        return SchemaCompiler.compile(new OutputFormat.Schema(JSON.readTree(schema)));
    }

    private static OutputFormat.Schema schema(String around, int count, java.util.function.IntFunction<String> item) {
        return new OutputFormat.Schema(JSON.readTree(
                around.formatted(IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(",")))));
    }

    private static OutputFormat.Schema schema(
            String around, int count, java.util.function.IntFunction<String> item, String closing) {
        var opened = IntStream.range(0, count).mapToObj(item).collect(Collectors.joining());
        return new OutputFormat.Schema(JSON.readTree(around.formatted(opened, closing.repeat(count))));
    }

    private static void refused(OutputFormat.Schema format, String where) {
        assertThatThrownBy(() -> JsonConstraints.of(format, tokenizer, Set.of(0), 100))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.status()).isEqualTo(400);
                    assertThat(problem.param()).isEqualTo("response_format.json_schema.schema" + where);
                    assertThat(problem.message()).contains(where).hasSizeLessThan(1000);
                });
    }
}
