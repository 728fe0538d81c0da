package dev.tenon.openai.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.tenon.core.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a body may hold ends where it is read. */
class AllowanceTest {
    private static final Allowance SMALL = new Allowance(8 << 20, 100, 1000);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a         | {"a":[%s]}
            a.b       | {"a":{"b":[%s]}}
            a[2].b[0] | {"a":[1,{},{"b":[[%s]]}]}
            a.b       | {"x":[1],"a":{"c":{"d":[]},"b":[%s],"e":1}}
            """)
    void tooManyItemsAreRefusedByThePathOfTheirArray(String field, String body) throws IOException {
        for (var item : new String[] {"1", "\"x\"", "{}", "[]", "null", "{\"deep\":[1,2]}"}) {
            assertThat(read(body.formatted(items(100, item)))).isNotNull();
            assertThatThrownBy(() -> read(body.formatted(items(101, item))))
                    .isInstanceOfSatisfying(Problem.class, problem -> {
                        assertThat(problem.status()).isEqualTo(400);
                        assertThat(problem.param()).isEqualTo(field);
                        assertThat(problem.code()).isEqualTo("array_above_max_length");
                        assertThat(problem.message()).contains("'" + field + "'", "100 items");
                    });
        }
    }

    @Test
    void tooManyKeysAreRefusedByThePathOfTheirObject() {
        var keys = IntStream.range(0, 101).mapToObj(i -> "\"k" + i + "\":1").collect(Collectors.joining(",", "{", "}"));
        refused("{\"a\":[" + keys + "]}", "a[0]");
        refused(keys, null);
    }

    @Test
    void manyFullArraysAreTooMuchTogether() {
        refused(
                "{\"a\":[" + items(50, "[" + items(50, "1") + "]") + "]}",
                "a[19][28]"); // the body, its array, 19 of 51 values, the twentieth and 28 in it
    }

    @Test
    void nestingAndDigitsNameTheirField() {
        refused("{\"a\":{\"b\":" + "1".repeat(2000) + "}}", "a.b");
        assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(5000)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.param()).startsWith("a[0][0]"));
        refused("{\"a\":[1,}", null);
        refused("{\"a\":1} 2", null);
    }

    @Test
    void aMillionItemsTakeNoMoreMemoryThanTheirBytes() {
        var body = "{\"a\":[" + items(1_000_000, "{}") + "]}";
        refused(body, "a");
        long before = THREADS.getCurrentThreadAllocatedBytes();
        refused(body, "a");
        // the text twice as bytes, once as it comes and once as it is kept, and little else
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(3L * body.length() + (1 << 20));
    }

    private static void refused(String body, String field) {
        assertThatThrownBy(() -> read(body)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(400);
            assertThat(problem.param()).isEqualTo(field);
            assertThat(problem.message().length()).isLessThan(1000);
        });
    }

    private static String items(int count, String item) {
        return (item + ",").repeat(count - 1) + item;
    }

    private static Body read(String json) throws IOException {
        return Body.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), SMALL);
    }
}
