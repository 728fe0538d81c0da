package dev.tenon.serving.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import dev.tenon.serving.OutputFormat;
import dev.tenon.text.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A model of pure noise cannot help but write what the format asks for. */
class JsonConstraintTest {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonMapper LENIENT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int SEEDS = 40;
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
    @ValueSource(
            strings = {
                "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"age\":{\"type\":\"integer\"}},\"required\":[\"name\",\"age\"],\"additionalProperties\":false}",
                "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"boolean\"},\"b\":{\"type\":[\"number\",\"null\"]},\"c\":{\"enum\":[\"x\",\"é\\\"\",3,null]}},\"required\":[\"b\"]}",
                "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"minLength\":2,\"maxLength\":3},\"minItems\":1,\"maxItems\":4}",
                "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"const\":{\"k\":[1,2]}},{\"type\":\"integer\"},{\"type\":\"array\",\"maxItems\":0}]},\"minItems\":2}",
                "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"number\"}}",
                "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}",
                "{\"$defs\":{\"node\":{\"type\":\"object\",\"properties\":{\"value\":{\"type\":\"integer\"},\"next\":{\"anyOf\":[{\"$ref\":\"#/$defs/node\"},{\"type\":\"null\"}]}},\"required\":[\"value\",\"next\"],\"additionalProperties\":false}},\"$ref\":\"#/$defs/node\"}",
                "{\"type\":\"number\"}",
                "{\"type\":\"string\"}",
                "{\"title\":\"anything\"}",
                "{\"type\":\"object\",\"properties\":{\"deep\":{\"type\":\"object\",\"properties\":{\"list\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\"}},\"required\":[\"id\"]}}},\"required\":[\"list\",\"also\"]}},\"required\":[\"deep\"]}"
            })
    void noiseSatisfiesTheSchema(String text) {
        var schema = LENIENT.readTree(text);
        for (int seed = 0; seed < SEEDS; seed++) {
            int limit = 24 + seed * 5;
            var answer = noise(new OutputFormat.Schema(schema), seed, limit);
            assertThat(new SchemaCheck(schema).admits(LENIENT.readTree(answer)))
                    .as("seed %d: %s", seed, answer)
                    .isTrue();
        }
    }

    @Test
    void noiseIsAnObjectWhateverTheLimit() {
        for (int limit = 2; limit < 90; limit++) {
            var answer = noise(new OutputFormat.AnyObject(), limit, limit);
            assertThat(LENIENT.readTree(answer).isObject()).as(answer).isTrue();
        }
    }

    @Test
    void declaredMembersNeverComeTwice() {
        var schema = LENIENT.readTree("{\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{\"type\":\"null\"}}}");
        for (int seed = 0; seed < SEEDS; seed++) {
            STRICT.readTree(noise(new OutputFormat.Schema(schema), seed, 60));
        }
    }

    @Test
    void longTokensSaveAnAnswerThatBytesWouldNotFit() {
        var schema = LENIENT.readTree("{\"properties\":{\"the restaurant\":{\"const\":\"would like to book\"}},"
                + "\"required\":[\"the restaurant\"],\"additionalProperties\":false}");
        var shortest = "{\"the restaurant\":\"would like to book\"}";
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(LENIENT.readTree(noise(new OutputFormat.Schema(schema), seed, 24)))
                    .isEqualTo(LENIENT.readTree(shortest));
        }
        // with fewer tokens than any spelling needs, the answer is cut, as its finish reason will say
        assertThat(noise(new OutputFormat.Schema(schema), 1, 3)).isNotEqualTo(shortest);
    }

    @Test
    void brokenLogitsBreakTheWordsNotTheForm() {
        var constraint = JsonConstraints.of(new OutputFormat.AnyObject(), tokenizer, Set.of(0), 20);
        var text = run(constraint, 20, null);
        assertThat(LENIENT.readTree(text).isObject()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"string","pattern":"a+"} | .pattern
            {"properties":{"n":{"minimum":3}}} | .properties.n.minimum
            {"oneOf":[{"type":"string"}]} | .oneOf
            {"$ref":"#/$defs/none"} | .$ref
            {"$ref":"http://example.com/x"} | .$ref
            {"type":"text"} | .type
            {"items":{"type":5}} | .items.type
            {"anyOf":[]} | .anyOf
            {"anyOf":[{"type":"null"}],"type":"string"} | .anyOf
            {"allOf":[{"type":"null"},{"type":"string"}]} | .allOf
            {"enum":[]} | .enum
            {"enum":["a"],"type":"integer"} | .enum
            {"required":["x"],"additionalProperties":false} | .required
            {"minItems":3,"maxItems":2} | .maxItems
            {"minItems":1e9} | .minItems
            {"minLength":-1} | .minLength
            {"$ref":"#"} | ''
            {"anyOf":[{"$ref":"#"},{"type":"null"}]} | ''
            {"properties":{"again":{"$ref":"#"}},"required":["again"]} | ''
            5 | ''
            """)
    void whatCannotBeGuaranteedIsRefusedByName(String schema, String where) {
        var format = new OutputFormat.Schema(LENIENT.readTree(schema));
        assertThatThrownBy(() -> JsonConstraints.of(format, tokenizer, Set.of(0), 100))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.status()).isEqualTo(400);
                    assertThat(problem.param()).isIn("response_format.json_schema.schema" + where, "response_format");
                });
    }

    @Test
    void aSchemaWithoutMeasureIsRefused() {
        var properties = new StringBuilder("\"x\":{}");
        for (int i = 0; i < 60; i++) {
            properties.append(",\"p%d\":{\"maxLength\":4096}".formatted(i));
        }
        var format = new OutputFormat.Schema(LENIENT.readTree("{\"properties\":{" + properties + "}}"));
        assertThatThrownBy(() -> JsonConstraints.of(format, tokenizer, Set.of(0), 100))
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code())
                        .isEqualTo("schema_too_large"));
    }

    @Test
    void aBigSchemaOfOptionalMembersStaysLinear() {
        var properties = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            properties.append(i == 0 ? "" : ",").append("\"p%d\":{\"type\":\"integer\"}".formatted(i));
        }
        JsonNode schema = LENIENT.readTree("{\"properties\":{" + properties + "}}");
        assertThat(LENIENT.readTree(noise(new OutputFormat.Schema(schema), 3, 30)).isObject())
                .isTrue();
    }

    private static String noise(OutputFormat format, long seed, int limit) {
        return run(JsonConstraints.of(format, tokenizer, Set.of(0), limit), limit, new Random(seed));
    }

    /** Takes the likeliest allowed token of random logits, or of logits that are not numbers. */
    private static String run(JsonConstraint constraint, int limit, @Nullable Random random) {
        var out = new ByteArrayOutputStream();
        for (int left = limit; left > 0 && !constraint.complete(); left--) {
            var logits = new float[4200];
            for (int i = 0; i < logits.length; i++) {
                logits[i] = random == null ? Float.NaN : random.nextFloat();
            }
            constraint.mask(logits, left);
            int best = 0;
            for (int i = 1; i < logits.length; i++) {
                best = logits[i] > logits[best] ? i : best;
            }
            assertThat(logits[best]).isGreaterThan(Float.NEGATIVE_INFINITY);
            if (best == 0) {
                break;
            }
            out.writeBytes(tokenizer.bytes().of(best));
            constraint.accept(best);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
