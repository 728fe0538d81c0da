package dev.tenon.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import dev.tenon.training.ExampleCount;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of a file of which all, or only the beginning, was counted. */
class ExampleSampleTest {
    private static final ExampleCount SOME =
            new ExampleCount(100, 5_000, 7, List.of(1L, 2L, 3L, 4L, 5L), 1, List.of(9L));
    private static final ExampleCount NONE = new ExampleCount(2, 0, 0, List.of(), 2, List.of(1L, 2L));

    @Test
    void aBeginningStandsForItsPartOfTheFile() {
        assertThat(new ExampleSample(SOME, 1).tokens()).isEqualTo(5_000);
        var part = new ExampleSample(SOME, 0.25);
        assertThat(part.tokens()).isEqualTo(20_000);
        assertThat(part.whole()).isFalse();
        assertThat(part.warnings(64)).allSatisfy(told -> assertThat(told).startsWith("At least "));
    }

    @Test
    void warningsNameTheLines() {
        assertThat(new ExampleSample(SOME, 1).warnings(64))
                .satisfiesExactly(
                        cut -> assertThat(cut)
                                .startsWith("7 of")
                                .contains("64 tokens", "(lines 1, 2, 3, 4, 5 and others)"),
                        idle -> assertThat(idle).startsWith("1 of").contains("(line 9)", "left out"));
    }

    @Test
    void onlyAFileThatWasReadToItsEndIsRefused() {
        assertThatThrownBy(() -> new ExampleSample(NONE, 1).requireSomething(64, "base"))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.code()).isEqualTo("nothing_to_train");
                    assertThat(problem.message()).contains("lines 1, 2", "'base'");
                });
        assertThatCode(() -> new ExampleSample(NONE, 0.5).requireSomething(64, "base"))
                .doesNotThrowAnyException();
    }
}
