package dev.tenon.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tenon.core.Problem;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Promise: a request out of bounds is refused naming the field, before anything is stored. */
class JobLimitsTest {

    static Stream<Arguments> refused() {
        var many = new HashMap<String, String>();
        IntStream.range(0, 17).forEach(i -> many.put("k" + i, "v"));
        return Stream.of(
                Arguments.of("model", request(" ", null, null, null, null, null, Map.of())),
                Arguments.of("suffix", request("m", "", null, null, null, null, Map.of())),
                Arguments.of("suffix", request("m", "a".repeat(65), null, null, null, null, Map.of())),
                Arguments.of("suffix", request("m", "a:b", null, null, null, null, Map.of())),
                Arguments.of("suffix", request("m", "../etc", null, null, null, null, Map.of())),
                Arguments.of("suffix", request("m", "a@1", null, null, null, null, Map.of())),
                Arguments.of("seed", request("m", null, -1L, null, null, null, Map.of())),
                Arguments.of("seed", request("m", null, 1L << 31, null, null, null, Map.of())),
                Arguments.of("hyperparameters.n_epochs", request("m", null, null, 0, null, null, Map.of())),
                Arguments.of("hyperparameters.n_epochs", request("m", null, null, 51, null, null, Map.of())),
                Arguments.of("hyperparameters.batch_size", request("m", null, null, null, 0, null, Map.of())),
                Arguments.of("hyperparameters.batch_size", request("m", null, null, null, 257, null, Map.of())),
                Arguments.of(
                        "hyperparameters.learning_rate_multiplier",
                        request("m", null, null, null, null, 0.0, Map.of())),
                Arguments.of(
                        "hyperparameters.learning_rate_multiplier",
                        request("m", null, null, null, null, Double.NaN, Map.of())),
                Arguments.of("hyperparameters.head_learning_rate", headRate(0)),
                Arguments.of("hyperparameters.head_learning_rate", headRate(1.1)),
                Arguments.of("hyperparameters.head_learning_rate", headRate(Double.NaN)),
                Arguments.of("metadata", request("m", null, null, null, null, null, many)),
                Arguments.of("metadata", request("m", null, null, null, null, null, Map.of("k".repeat(65), "v"))),
                Arguments.of("metadata.k", request("m", null, null, null, null, null, Map.of("k", "v".repeat(513)))));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesByName(String param, CreateJob request) {
        var problem = catchThrowableOfType(Problem.class, () -> JobLimits.check(request));
        assertThat(problem.status()).isEqualTo(400);
        assertThat(problem.param()).isEqualTo(param);
    }

    @Test
    void takesTheEdges() {
        assertThatCode(() -> JobLimits.check(request(
                        "m", "a".repeat(64), (1L << 31) - 1, 50, 256, 1000.0, Map.of("k".repeat(64), "v".repeat(512)))))
                .doesNotThrowAnyException();
        assertThatCode(() -> JobLimits.check(request("m", "A.b_c-9", 0L, 1, 1, 1e-9, Map.of())))
                .doesNotThrowAnyException();
    }

    private static CreateJob request(
            String model,
            @Nullable String suffix,
            @Nullable Long seed,
            @Nullable Integer epochs,
            @Nullable Integer batch,
            @Nullable Double multiplier,
            Map<String, String> metadata) {
        return new CreateJob(
                model, "file-1", null, suffix, seed, metadata, Map.of(), epochs, batch, multiplier, null, null);
    }

    private static CreateJob headRate(double rate) {
        return new CreateJob("m", "file-1", null, null, null, Map.of(), Map.of(), null, null, null, rate, null);
    }
}
