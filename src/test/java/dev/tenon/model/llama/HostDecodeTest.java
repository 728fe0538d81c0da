package dev.tenon.model.llama;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.Hooks;
import dev.tenon.model.KvCache;
import dev.tenon.model.LogitsRoom;
import dev.tenon.model.MixedHooks;
import dev.tenon.model.Models;
import dev.tenon.model.RankUpdates;
import dev.tenon.model.RotaryConfig;
import dev.tenon.model.RowTokens;
import dev.tenon.model.StepPlan;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.HostProducts;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps of one token a row by products of our own against the same steps by libtorch's operations. */
class HostDecodeTest {
    private static final int VOCABULARY = 301;

    /** A block of keys and values is 512 tokens of this model. */
    private static final int[] LENGTHS = {0, 15, 16, 40, 511, 512, 1100};

    @BeforeAll
    static void start() {
        TensorEngine.start();
        Assumptions.assumeTrue(HostProducts.arePossible(), "libtorch has no BLAS that can be called");
    }

    @AfterEach
    void asBefore() {
        Engine.useThreads(2);
    }

    /** Windows of less and of more than a block, biases everywhere, cosines that are stretched. */
    private static LlamaModel model() {
        var rotary = new RotaryConfig("yarn", 10_000, 4, 1, 1, 256, 32, 1, 1.14);
        var config = new DecoderConfig(
                "qwen2",
                128,
                4,
                4,
                2,
                16,
                192,
                VOCABULARY,
                1200,
                1e-6,
                false,
                true,
                true,
                true,
                List.of(0, 24, 700, 0),
                rotary,
                List.of());
        return (LlamaModel) Models.random(config, Device.cpu(), DType.F32, 5);
    }

    private static void fill(LlamaModel model, KvCache cache) {
        for (int row = 0; row < LENGTHS.length; row++) {
            if (LENGTHS[row] > 0) {
                long[] ids = new SplittableRandom(row)
                        .longs(LENGTHS[row], 0, VOCABULARY)
                        .toArray();
                try (var scope = Scope.open()) {
                    model.step(List.of(new RowTokens(row, ids, Hooks.NONE, 0)), cache, MixedHooks::of);
                }
            }
        }
    }

    private static List<RowTokens> rows(int first, int count, int wanted) {
        var rows = new ArrayList<RowTokens>();
        for (int row = first; row < first + count; row++) {
            rows.add(new RowTokens(row, new long[] {7L * row + 3}, Hooks.NONE, row % 3 < wanted ? 1 : 0));
        }
        return rows;
    }

    /** All rows, of which some are not asked for; rows fewer than threads, which share the heads. */
    @ParameterizedTest
    @CsvSource({"1,0,7,3", "2,0,7,3", "3,0,7,2", "2,6,1,3", "4,4,3,3", "2,0,1,3"})
    void aStepComesToWhatItComesToByLibtorch(int threads, int first, int count, int wanted) {
        Engine.useThreads(threads);
        try (var model = model();
                var cache = model.cache(LENGTHS.length, 1200);
                var room = new LogitsRoom();
                var scope = Scope.open()) {
            fill(model, cache);
            var whole = Objects.requireNonNull(model.whole);
            var host = Objects.requireNonNull(whole.onHost());
            var plan = new StepPlan(rows(first, count, wanted), cache);
            var none = new RankUpdates(null, List.of());
            float[] expected = whole.logits(plan, none, plan.width()).toFloats();
            for (int again = 0; again < 2; again++) {
                float[] own =
                        Objects.requireNonNull(host.logits(plan, none, room)).toFloats();
                assertThat(TensorEngine.distance(own, expected)).isLessThan(2e-5 * largest(expected));
            }
        }
    }

    /** Who lends no room has logits that stay. */
    @Test
    void logitsAreTheCallersUnlessItLendsRoomForThem() {
        try (var model = model();
                var cache = model.cache(LENGTHS.length, 1200);
                var room = new LogitsRoom();
                var scope = Scope.open()) {
            var rows = rows(0, 3, 3);
            Tensor kept = model.step(rows, cache, MixedHooks::of);
            float[] before = kept.toFloats();
            long made = Ledger.madeTensors();
            Tensor next = model.step(rows, cache, MixedHooks::of);
            // they and a view that tells where they lie
            assertThat(Ledger.madeTensors() - made).isEqualTo(2);
            assertThat(next.toFloats()).isNotEqualTo(before);
            assertThat(kept.toFloats()).isEqualTo(before);
            Tensor lent = model.step(rows, cache, MixedHooks::of, room);
            assertThat(model.step(rows, cache, MixedHooks::of, room)).isSameAs(lent);
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
