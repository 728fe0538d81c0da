package dev.tenon.model.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.TensorEngine;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.Hooks;
import dev.tenon.model.KvCache;
import dev.tenon.model.MixedHooks;
import dev.tenon.model.Models;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.RotaryConfig;
import dev.tenon.model.RowTokens;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WholeStepTest {
    private static final int VOCABULARY = 97;
    private static final RankUpdates NONE = new RankUpdates(null, List.of());
    private static final int[] LENGTHS = {5, 16, 41};

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    private static LlamaModel model(Device device, DType type) {
        var rotary = new RotaryConfig("default", 10_000, 1, 1, 1, 1);
        var config = new DecoderConfig(
                "qwen2",
                64,
                3,
                4,
                2,
                16,
                96,
                VOCABULARY,
                1200,
                1e-6,
                false,
                true,
                false,
                false,
                List.of(0, 24, 0),
                rotary,
                List.of());
        return (LlamaModel) Models.random(config, device, type, 5);
    }

    /** Rows of these lengths in a cache, as the beginning of the same random tokens each time. */
    private static KvCache filled(LlamaModel model) {
        var cache = model.cache(LENGTHS.length, 160);
        for (int row = 0; row < LENGTHS.length; row++) {
            step(model, cache, row, 0, LENGTHS[row]);
        }
        return cache;
    }

    private static float[] step(LlamaModel model, KvCache cache, int row, int from, int count) {
        try (var scope = Scope.open()) {
            return model.step(List.of(tokens(row, from, count)), cache, MixedHooks::of)
                    .toFloats();
        }
    }

    private static RowTokens tokens(int row, int from, int count) {
        long[] all = new SplittableRandom(row).longs(1200, 0, VOCABULARY).toArray();
        return new RowTokens(row, Arrays.copyOfRange(all, from, from + count), Hooks.NONE, 1);
    }

    @ParameterizedTest
    @CsvSource({"3,4", "4,4", "5,8", "16,16", "17,20", "33,40", "64,64", "65,80"})
    void tablesAreBroughtToAFewWidths(int pages, int width) {
        assertThat(StepRecordings.width(pages)).isEqualTo(width);
    }

    /** What the wider tables of recorded steps rest on. */
    @Test
    void widerTablesChangeNothing() {
        try (var model = model(Device.cpu(), DType.F32);
                var cache = filled(model);
                var scope = Scope.open()) {
            var rows = List.of(tokens(0, 5, 1), tokens(1, 16, 1), tokens(2, 41, 1));
            var plan = new StepPlan(rows, cache);
            var whole = Objects.requireNonNull(model.whole);
            assertThat(plan.width()).isEqualTo(3);
            float[] as = whole.logits(plan, NONE, 3).toFloats();
            assertThat(TensorEngine.distance(whole.logits(plan, NONE, 8).toFloats(), as))
                    .isLessThan(1e-6);
        }
    }

    /** Rows of one token, a prompt, and rows that go on, with products of our own and with libtorch's. */
    @Test
    void stepsOnAHostComeToTheWhole() {
        try (var model = model(Device.cpu(), DType.F32);
                var cache = filled(model);
                var scope = Scope.open()) {
            var whole = Objects.requireNonNull(model.whole);
            assumeTrue(whole.onHost() != null, "libtorch has no BLAS that can be called");
            var host = Objects.requireNonNull(whole.onHost());
            cache.truncate(1, 0);
            for (var rows : List.of(
                    List.of(tokens(0, 5, 1), tokens(2, 41, 1)),
                    List.of(tokens(1, 0, 30), tokens(0, 5, 1), tokens(2, 41, 7)))) {
                var plan = new StepPlan(rows, cache);
                float[] expected = whole.logits(plan, NONE, plan.width()).toFloats();
                float[] own =
                        Objects.requireNonNull(host.logits(plan, NONE, null)).toFloats();
                assertThat(TensorEngine.distance(own, expected)).isLessThan(1e-4 * largest(expected));
            }
        }
    }

    @Test
    void otherTypesGoTheWayOfLibtorch() {
        try (var model = model(Device.cpu(), DType.BF16)) {
            assertThat(Objects.requireNonNull(model.whole).onHost()).isNull();
            assertThat(model.tokensUpdatedWhereTheyAre()).isZero();
        }
    }

    /** The kernels for a card against libtorch's operations, with rows too many and with tokens beyond one split. */
    @ParameterizedTest
    @CsvSource({"F32,1e-4", "BF16,0.03"})
    void stepsOnACardComeToTheWhole(DType type, double tolerance) {
        assumeTrue(Engine.hasGpu(), "there is no CUDA card");
        int[] lengths = {5, 1100, 16, 511, 512};
        try (var model = model(Device.cuda(0), type);
                var cache = model.cache(lengths.length, 1200);
                var scope = Scope.open()) {
            var rows = new ArrayList<RowTokens>();
            for (int row = 0; row < lengths.length; row++) {
                step(model, cache, row, 0, lengths[row]);
                rows.add(tokens(row, lengths[row], 1));
            }
            var plan = new StepPlan(rows, cache);
            var whole = Objects.requireNonNull(model.whole);
            var card = Objects.requireNonNull(whole.onCard());
            assertThat(card.takes(plan, NONE)).isTrue();
            float[] expected = whole.logits(plan, NONE, plan.width()).toFloats();
            for (int again = 0; again < 3; again++) {
                float[] own = Objects.requireNonNull(card.logits(plan, NONE)).toFloats();
                assertThat(TensorEngine.distance(own, expected)).isLessThan(tolerance * largest(expected));
            }
        }
    }

    /** Prompts and rows that go on with several tokens: of few pages, of several splits, and too many tokens to be recorded. */
    @ParameterizedTest
    @CsvSource({
        "F32,1e-4,0,90", "F32,1e-4,613,101", "F32,1e-4,9,1131",
        "BF16,0.03,0,90", "BF16,0.03,613,101", "BF16,0.03,9,1131"
    })
    void stepsOfSeveralTokensOnACardComeToTheWhole(DType type, double tolerance, int before, int prompt) {
        assumeTrue(Engine.hasGpu(), "there is no CUDA card");
        try (var model = model(Device.cuda(0), type);
                var cache = model.cache(4, 1200);
                var scope = Scope.open()) {
            int[] lengths = {5, before, 41, 520};
            for (int row = 0; row < lengths.length; row++) {
                if (lengths[row] > 0) {
                    step(model, cache, row, 0, lengths[row]);
                }
            }
            var rows = List.of(tokens(1, before, prompt), tokens(0, 5, 1), tokens(2, 41, 17), tokens(3, 520, 1));
            var plan = new StepPlan(rows, cache);
            var whole = Objects.requireNonNull(model.whole);
            float[] expected = whole.logits(plan, NONE, plan.width()).toFloats();
            var card = Objects.requireNonNull(whole.onCard());
            assertThat(card.takes(plan, NONE)).isTrue();
            float[] own = Objects.requireNonNull(card.logits(plan, NONE)).toFloats();
            assertThat(own).hasSize(4 * VOCABULARY);
            assertThat(TensorEngine.distance(own, expected)).isLessThan(tolerance * largest(expected));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,4", "17,20", "33,40", "64,64", "65,80", "129,160", "544,640", "1024,1024"})
    void stepsOnACardAreBroughtToFewNumbersOfTokens(int needed, int tokens) {
        assertThat(CardStep.Kind.tokens(needed)).isEqualTo(tokens);
    }

    /** On a card, rows that go on with several tokens are computed in one piece, in half precision only. */
    @Test
    void rowsThatGoOnTogetherComeToWhatTheirTokensComeToOneByOne() {
        assumeTrue(Engine.hasGpu(), "there is no CUDA card");
        int[] counts = {7, 2, 20};
        try (var model = model(Device.cuda(0), DType.BF16);
                var cache = filled(model);
                var other = filled(model);
                var scope = Scope.open()) {
            var rows = new ArrayList<RowTokens>();
            for (int row = 0; row < counts.length; row++) {
                rows.add(tokens(row, LENGTHS[row], counts[row]));
            }
            float[] together = model.step(rows, cache, MixedHooks::of).toFloats();
            for (int row = 0; row < counts.length; row++) {
                float[] oneByOne = {};
                for (int i = 0; i < counts[row]; i++) {
                    oneByOne = step(model, other, row, LENGTHS[row] + i, 1);
                }
                float[] own = Arrays.copyOfRange(together, row * VOCABULARY, (row + 1) * VOCABULARY);
                // bfloat16 has eight bits
                assertThat(TensorEngine.distance(own, oneByOne)).isLessThan(0.03 * largest(oneByOne));
            }
        }
    }

    /** From the fifth step of a kind on, a card plays a recording; a second time, when there were recordings that are gone. */
    @RepeatedTest(2)
    void recordedStepsComeToWhatStepsComeTo() {
        assumeTrue(Engine.hasGpu(), "there is no CUDA card");
        try (var model = model(Device.cuda(0), DType.BF16);
                var cache = filled(model);
                var other = filled(model);
                var scope = Scope.open()) {
            for (int i = 0; i < 20; i++) {
                var rows = List.of(tokens(0, 5 + i, 1), tokens(1, 16 + i, 1), tokens(2, 41 + i, 1));
                float[] all = model.step(rows, cache, MixedHooks::of).toFloats();
                for (int row = 0; row < 3; row++) {
                    float[] alone = step(model, other, row, LENGTHS[row] + i, 1);
                    float[] own = Arrays.copyOfRange(all, row * VOCABULARY, (row + 1) * VOCABULARY);
                    assertThat(TensorEngine.distance(own, alone)).isLessThan(0.03 * largest(alone));
                }
            }
        }
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
