package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] LOGITS = {1f, 3f, 2f, -1f, 3f};

    @Test
    void temperatureZeroTakesTheLikeliestAndTheFirstOfEquals() {
        assertThat(next(sampler(Sampling.greedy(5), 1))).isEqualTo(1);
    }

    @Test
    void frequenciesFollowTheSoftmaxOfTheTemperedLogits() {
        double[] expected = softmax(LOGITS, 0.8);
        var counts = new int[LOGITS.length];
        var sampler = sampler(sampling(0.8, 1, 0, 0, Map.of()), 7);
        int draws = 200_000;
        for (int i = 0; i < draws; i++) {
            counts[next(sampler)]++;
        }
        for (int i = 0; i < counts.length; i++) {
            assertThat(counts[i] / (double) draws).isBetween(expected[i] - 0.006, expected[i] + 0.006);
        }
    }

    @Test
    void nucleusKeepsTheSmallestSetThatReachesP() {
        // softmax: tokens 1 and 4 hold 0.39 each, 2 holds 0.14: p = 0.8 needs exactly these three
        var counts = new int[LOGITS.length];
        var sampler = sampler(sampling(1, 0.8, 0, 0, Map.of()), 11);
        for (int i = 0; i < 20_000; i++) {
            counts[next(sampler)]++;
        }
        assertThat(counts[0]).isZero();
        assertThat(counts[3]).isZero();
        double share = counts[2] / 20_000.0;
        double[] all = softmax(LOGITS, 1);
        double wanted = all[2] / (all[1] + all[2] + all[4]);
        assertThat(share).isBetween(wanted - 0.015, wanted + 0.015);
    }

    @Test
    void topKKeepsTheLikeliestAndTopPCountsTheirMassOnly() {
        double[] all = softmax(LOGITS, 1);
        var three = shares(new Truncation(3, 1, 0));
        assertThat(three[0] + three[3]).isZero();
        assertThat(three[2]).isCloseTo(all[2] / (all[1] + all[2] + all[4]), offset(0.015));
        // of the two likeliest the first alone holds half of their mass
        assertThat(shares(new Truncation(2, 0.5, 0))[1]).isCloseTo(1, offset(1e-9));
        assertThat(shares(new Truncation(1, 1, 0))[1]).isCloseTo(1, offset(1e-9));
    }

    @Test
    void minPMeasuresAgainstTheLikeliest() {
        // e^-1 = 0.37 of the likeliest is token 2, e^-2 = 0.14 token 0, e^-4 token 3
        assertThat(shares(new Truncation(0, 1, 0.3))).satisfies(share -> {
            assertThat(share[0] + share[3]).isZero();
            assertThat(share[2]).isPositive();
        });
        assertThat(shares(new Truncation(0, 1, 0.5))[2]).isZero();
        assertThat(shares(new Truncation(0, 1, 0.1))[0]).isPositive();
        assertThat(shares(new Truncation(0, 1, 1))[2]).isZero();
    }

    @Test
    void repetitionCostsTokensOfThePromptAndOfTheAnswer() {
        var sampler = sampler(sampling(0, Truncation.NONE, new Penalties(0, 0, 2), Map.of()), 1);
        // token 1 stands in the prompt: 3 becomes 1.5, so 4 wins, then 2, then 1 and 4 are equal
        assertThat(next(sampler)).isEqualTo(4);
        assertThat(next(sampler)).isEqualTo(2);
        assertThat(next(sampler)).isEqualTo(1);
        var negative = new float[] {-1f, -1.5f};
        sampler(sampling(0, Truncation.NONE, new Penalties(0, 0, 2), Map.of()), 1).adjust(negative);
        assertThat(negative).containsExactly(-1f, -3f);
    }

    @Test
    void theSameSeedGivesTheSameTokens() {
        var one = sampler(sampling(1.3, 0.9, 0, 0, Map.of()), 42);
        var two = sampler(sampling(1.3, 0.9, 0, 0, Map.of()), 42);
        for (int i = 0; i < 500; i++) {
            assertThat(next(one)).isEqualTo(next(two));
        }
    }

    @Test
    void penaltiesAndBiasMoveTheChoice() {
        var sampler = sampler(sampling(0, 1, 0.5, 0.25, Map.of(3, 5.0)), 1);
        // bias lifts token 3 from -1 to 4; each use costs 0.5 once and 0.25 every time
        assertThat(next(sampler)).isEqualTo(3);
        assertThat(next(sampler)).isEqualTo(3);
        assertThat(next(sampler)).isEqualTo(1);
    }

    @Test
    void logprobsAreTheNaturalLogOfTheSoftmax() {
        double[] all = softmax(LOGITS, 1);
        assertThat(LOGITS[2] - Logprobs.logSumExp(LOGITS))
                .isCloseTo(Math.log(all[2]), offset(1e-6));
    }

    private static Sampling sampling(
            double temperature, double topP, double presence, double frequency, Map<Integer, Double> bias) {
        return sampling(temperature, new Truncation(0, topP, 0), new Penalties(presence, frequency, 1), bias);
    }

    private static Sampling sampling(
            double temperature, Truncation truncation, Penalties penalties, Map<Integer, Double> bias) {
        return new Sampling(temperature, truncation, penalties, bias, 5, null, List.of(), -1, null);
    }

    private static Sampler sampler(Sampling sampling, long seed) {
        return new Sampler(sampling, seed, new int[] {1});
    }

    private static int next(Sampler sampler) {
        var logits = LOGITS.clone();
        sampler.adjust(logits);
        return sampler.choose(logits);
    }

    private static double[] shares(Truncation truncation) {
        var shares = new double[LOGITS.length];
        var sampler = sampler(sampling(1, truncation, Penalties.NONE, Map.of()), 5);
        for (int i = 0; i < 20_000; i++) {
            shares[next(sampler)] += 1 / 20_000.0;
        }
        return shares;
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
