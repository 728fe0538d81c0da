package dev.tenon.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.job.MetricSeries;
import dev.tenon.job.MetricSeries.EvaluationPoint;
import dev.tenon.job.MetricSeries.StepPoint;
import java.time.Instant;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A run that unlearnt is warned of by its own losses, and one that learnt or only wavered is not. */
class RisenLossTest {

    @Test
    void aTrainingLossThatRoseIsWarnedOf() {
        assertThat(RisenLoss.of(trained(100, step -> step < 30 ? 2 : 7.5)).orElseThrow())
                .contains("rose from 2.00 to 7.50", "learning_rate_multiplier");
        // broken by its first step, and only half mended since
        assertThat(RisenLoss.of(trained(24, step -> step == 0 ? 4.9 : 11.4 - step / 5.0)))
                .isPresent();
        // an easy first batch
        assertThat(RisenLoss.of(trained(100, step -> step == 0 ? 1.2 : 2 + Math.sin(step))))
                .isEmpty();
        // one wild step in the middle, or noise about the same height, is no rise
        assertThat(RisenLoss.of(trained(100, step -> step == 50 ? 9 : 2))).isEmpty();
        assertThat(RisenLoss.of(trained(100, step -> 2 + 0.4 * (step % 2)))).isEmpty();
        assertThat(RisenLoss.of(trained(100, step -> 3 - step / 50.0))).isEmpty();
        assertThat(RisenLoss.of(trained(1, step -> 3))).isEmpty();
        assertThat(RisenLoss.of(trained(0, step -> 3))).isEmpty();
    }

    @Test
    void aResultThatIsWorseThanTheBaseIsWarnedOf() {
        assertThat(RisenLoss.of(evaluated(1.93, 4.2)).orElseThrow()).contains("4.20", "1.93", "worse than no adapter");
        assertThat(RisenLoss.of(evaluated(1.93, 1.4))).isEmpty();
        assertThat(RisenLoss.of(evaluated(1.93, 2.1))).isEmpty();
    }

    private static MetricSeries trained(int steps, IntToDoubleFunction loss) {
        return new MetricSeries(
                IntStream.range(0, steps)
                        .mapToObj(step -> new StepPoint(
                                step + 1, 0, loss.applyAsDouble(step), null, 1e-3, null, 1, Instant.EPOCH))
                        .toList(),
                List.of());
    }

    private static MetricSeries evaluated(double base, double tuned) {
        return new MetricSeries(
                List.of(),
                List.of(
                        new EvaluationPoint(0, base, null, false, true, Instant.EPOCH),
                        new EvaluationPoint(10, 9, null, false, false, Instant.EPOCH),
                        new EvaluationPoint(20, tuned, null, true, false, Instant.EPOCH),
                        new EvaluationPoint(20, base, null, true, true, Instant.EPOCH)));
    }
}
