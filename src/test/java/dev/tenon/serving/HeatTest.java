package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Shares fade as the formula says, and what goes up and down between the two thresholds changes nothing. */
class HeatTest {
    private static final Heat.Key HOT = new Heat.Key("base", "hot");
    private static final HeatSettings SETTINGS =
            new HeatSettings(true, 0.7, 0.4, Duration.ofSeconds(5), Duration.ofSeconds(60), 10, 0.25);

    private long now;
    private final Heat<String> heat = new Heat<>(Duration.ofSeconds(10), () -> now);
    private final Hysteresis hysteresis = new Hysteresis(SETTINGS);

    @Test
    void aTokenCountsHalfAfterEachHalfLife() {
        heat.note(HOT, 80, "first");
        pass(20);
        heat.note("base", 20);
        var share = heat.shares().getFirst();
        // 80 / 4 of 80 / 4 + 20
        assertThat(share.part()).isCloseTo(0.5, within(1e-9));
        assertThat(share.last()).isEqualTo("first");
        pass(60);
        assertThat(heat.shares()).isEmpty();
    }

    @Test
    void aSteadyStreamHasItsOwnRate() {
        for (int i = 0; i < 20_000; i++) {
            heat.note(HOT, 3, "again");
            now += TimeUnit.MILLISECONDS.toNanos(10);
        }
        assertThat(heat.shares().getFirst().rate()).isCloseTo(300, within(1.0));
        assertThat(heat.shares().getFirst().part()).isCloseTo(1, within(1e-9));
    }

    @Test
    void basesAreMeasuredApart() {
        heat.note(HOT, 10, "");
        heat.note(new Heat.Key("other", "hot"), 30, "");
        heat.note("other", 10);
        assertThat(heat.shares())
                .extracting(share -> share.key().base() + " " + share.part())
                .containsExactlyInAnyOrder("base 1.0", "other 0.75");
    }

    @Test
    void adaptersBeyondCountingAreForgottenWhenTheyAreCold() {
        for (int i = 0; i < 20_000; i++) {
            heat.note(new Heat.Key("base", "adapter " + i), 1, "");
            pass(1);
        }
        assertThat(heat.shares()).hasSizeLessThan(10);
    }

    @Test
    void hotIsWhatStaysAboveAndColdWhatStaysBelow() {
        assertThat(look(0.9, 100)).isFalse();
        pass(4);
        assertThat(look(0.6, 100)).isFalse();
        pass(4);
        assertThat(look(0.9, 100)).isFalse();
        pass(5);
        assertThat(look(0.9, 100)).isTrue();
        for (double between : new double[] {0.5, 0.69, 0.41, 0.39}) {
            pass(10);
            assertThat(look(between, 100)).isTrue();
        }
        pass(4);
        assertThat(look(0.45, 100)).isTrue();
        pass(4);
        assertThat(look(0.1, 100)).isTrue();
        pass(5);
        assertThat(look(0.1, 100)).isFalse();
    }

    @Test
    void fewTokensAreNoHeatHoweverAlone() {
        look(1, 9);
        pass(60);
        assertThat(look(1, 9)).isFalse();
        look(1, 10);
        pass(60);
        assertThat(look(1, 10)).isTrue();
        assertThat(hysteresis.look(List.of(), now)).contains(HOT);
        pass(5);
        assertThat(hysteresis.look(List.of(), now)).isEmpty();
    }

    @Test
    void settingsThatContradictThemselvesAreRefusedByName() {
        assertThatThrownBy(() -> new HeatSettings(true, 0.4, 0.4, Duration.ZERO, Duration.ofSeconds(1), 1, 0.2))
                .hasMessageContaining("tenon.serving.heat")
                .hasMessageContaining("below");
        assertThatThrownBy(() -> new HeatSettings(true, 0.5, 0.4, Duration.ZERO, Duration.ZERO, 1, 0.2))
                .hasMessageContaining("half-life");
    }

    private void pass(int seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    private boolean look(double part, double rate) {
        return hysteresis
                .look(List.of(new Heat.Share<>(HOT, part, rate, "")), now)
                .contains(HOT);
    }
}
