package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] LOGITS = {1f, 3f, 2f, -1f, 3f};

    @Test
    void temperatureZeroTakesTheLikeliestAndTheFirstOfEquals() {
        assertThat(new Sampler(Sampling.greedy(5), 1).next(LOGITS.clone())).isEqualTo(1);
    }

    @Test
    void frequenciesFollowTheSoftmaxOfTheTemperedLogits() {
        double[] expected = softmax(LOGITS, 0.8);
        var counts = new int[LOGITS.length];
        var sampler = new Sampler(sampling(0.8, 1, 0, 0, Map.of()), 7);
        int draws = 200_000;
        for (int i = 0; i < draws; i++) {
            counts[sampler.next(LOGITS.clone())]++;
        }
        for (int i = 0; i < counts.length; i++) {
            assertThat(counts[i] / (double) draws).isBetween(expected[i] - 0.006, expected[i] + 0.006);
        }
    }

    @Test
    void nucleusKeepsTheSmallestSetThatReachesP() {
        // softmax: tokens 1 and 4 hold 0.39 each, 2 holds 0.14: p = 0.8 needs exactly these three
        var counts = new int[LOGITS.length];
        var sampler = new Sampler(sampling(1, 0.8, 0, 0, Map.of()), 11);
        for (int i = 0; i < 20_000; i++) {
            counts[sampler.next(LOGITS.clone())]++;
        }
        assertThat(counts[0]).isZero();
        assertThat(counts[3]).isZero();
        double share = counts[2] / 20_000.0;
        double[] all = softmax(LOGITS, 1);
        double wanted = all[2] / (all[1] + all[2] + all[4]);
        assertThat(share).isBetween(wanted - 0.015, wanted + 0.015);
    }

    @Test
    void theSameSeedGivesTheSameTokens() {
        var one = new Sampler(sampling(1.3, 0.9, 0, 0, Map.of()), 42);
        var two = new Sampler(sampling(1.3, 0.9, 0, 0, Map.of()), 42);
        for (int i = 0; i < 500; i++) {
            assertThat(one.next(LOGITS.clone())).isEqualTo(two.next(LOGITS.clone()));
        }
    }

    @Test
    void penaltiesAndBiasMoveTheChoice() {
        var sampler = new Sampler(sampling(0, 1, 0.5, 0.25, Map.of(3, 5.0)), 1);
        // bias lifts token 3 from -1 to 4; each use costs 0.5 once and 0.25 every time
        assertThat(sampler.next(LOGITS.clone())).isEqualTo(3);
        assertThat(sampler.next(LOGITS.clone())).isEqualTo(3);
        assertThat(sampler.next(LOGITS.clone())).isEqualTo(1);
    }

    @Test
    void logprobsAreTheNaturalLogOfTheSoftmax() {
        double[] all = softmax(LOGITS, 1);
        assertThat(LOGITS[2] - Logprobs.logSumExp(LOGITS))
                .isCloseTo(Math.log(all[2]), org.assertj.core.data.Offset.offset(1e-6));
    }

    private static Sampling sampling(
            double temperature, double topP, double presence, double frequency, Map<Integer, Double> bias) {
        return new Sampling(temperature, topP, 5, null, List.of(), presence, frequency, bias, -1);
    }

    private static double[] softmax(float[] logits, double temperature) {
        var weights = new double[logits.length];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.exp(logits[i] / temperature);
            sum += weights[i];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }
}
