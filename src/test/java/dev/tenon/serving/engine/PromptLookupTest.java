package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.model.CausalModel;
import dev.tenon.model.KvCache;
import dev.tenon.tensor.Ledger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that are tried out ahead save steps and change no answer. */
class PromptLookupTest {
    private static CausalModel model;
    private static final List<EngineAdapter> ADAPTERS = new ArrayList<>();

    @BeforeAll
    static void load() {
        TensorEngine.start();
        model = TinyDecoder.model();
        ADAPTERS.add(EngineAdapter.NONE);
        for (var settings : List.<Map<String, Object>>of(
                Map.of("method", "lora", "rank", 3),
                Map.of("method", "ia3"),
                Map.of("method", "prefixtuning", "num_virtual_tokens", 19),
                Map.of("method", "prompttuning", "num_virtual_tokens", 5))) {
            ADAPTERS.add(
                    EngineAdapter.of(model, TinyDecoder.adapter(model, settings, 7, 0.3), settings.get("method") + ""));
        }
    }

    @AfterAll
    static void free() {
        ADAPTERS.forEach(EngineAdapter::close);
        model.close();
    }

    @Test
    void guessesWhatFollowedTheLongestEqualEndLast() {
        assertThat(guess(3, 1, 2, 3, 9, 8, 7, 1, 2, 3)).containsExactly(9, 8, 7);
        assertThat(guess(2, 5, 1, 2, 3, 4, 9, 2, 3, 4, 6, 3, 4)).containsExactly(6, 3);
        assertThat(guess(2, 5, 2, 3, 4, 9, 5, 3, 4, 6, 2, 3, 4)).containsExactly(9, 5);
        assertThat(guess(9, 1, 2, 1, 2)).containsExactly(1, 2);
        assertThat(guess(3, 1, 2, 3, 4)).isEmpty();
        assertThat(guess(0, 1, 2, 1, 2)).isEmpty();
        assertThat(guess(3, -1, -2, 4, -1, -2)).containsExactly(4);
        assertThat(guess(3, -1, -2, -3, -1, -2)).isEmpty();
        assertThat(guess(3, 7)).isEmpty();
    }

    private static long[] guess(int most, long... tokens) {
        return PromptLookup.guess(Arrays.copyOf(tokens, tokens.length + 3), tokens.length, most);
    }

    private record Outcome(List<List<Integer>> answers, int steps, int tried, int right) {}

    /** Counts steps and tries. */
    private static final class Counting implements EngineListener {
        private int steps;
        private int tried;
        private int right;

        @Override
        public void step(java.time.Duration took, int rows, int tokens, int adapters) {
            steps++;
        }

        @Override
        public void drafted(int tokens, int wereRight) {
            tried += tokens;
            right += wereRight;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26})
    void aGreedyAnswerIsTheSameWithAndWithoutDrafts(long chosen) {
        long seed = Long.getLong("tenon.seed", chosen);
        System.out.println("prompt lookup, seed " + seed + " (-Dtenon.seed=" + seed + ")");
        long before = Ledger.liveTensors();
        var without = answer(seed, 0);
        var with = answer(seed, 4 + (int) (seed % 9));
        assertThat(with.answers()).isEqualTo(without.answers());
        assertThat(without.tried()).isZero();
        assertThat(with.right()).isPositive();
        assertThat(with.steps()).isLessThan(without.steps());
        System.out.printf(
                "%d steps instead of %d, %d of %d right%n", with.steps(), without.steps(), with.right(), with.tried());
        assertThat(Ledger.liveTensors()).isEqualTo(before);
    }

    /** One to three rows at a time, prompts in which pieces come again, sometimes hardly any pages. */
    private static Outcome answer(long seed, int draft) {
        var random = new SplittableRandom(seed);
        int rows = random.nextInt(1, 4);
        int pages = random.nextInt(10, 40);
        long page = KvCache.pageBytes(model.config(), model.type());
        var counting = new Counting();
        var sinks = new ArrayList<GreedySink>();
        var settings = new EngineSettings(rows, 100, random.nextInt(5, 60), pages * page, 1 << 20, draft);
        try (var engine = new Batcher(model, settings, counting, "test")) {
            for (int i = 0; i < 12; i++) {
                int[] piece = random.ints(random.nextInt(3, 12), 0, TinyDecoder.VOCABULARY)
                        .toArray();
                int[] prompt = new int[random.nextInt(1, 50)];
                Arrays.setAll(prompt, at -> piece[at % piece.length]);
                var adapter = ADAPTERS.get(random.nextInt(ADAPTERS.size()));
                int tokens = random.nextInt(1, 60);
                var sink = new GreedySink(tokens, random.nextInt(5) > 0);
                engine.submit(new EngineRequest(prompt, tokens, adapter, "t", adapter.key(), sink));
                sinks.add(sink);
            }
            sinks.forEach(sink -> assertThat(sink.await().failure).isNull());
            assertThat(engine.freePages()).isEqualTo(engine.totalPages());
        }
        return new Outcome(
                sinks.stream().map(sink -> List.copyOf(sink.tokens)).toList(),
                counting.steps,
                counting.tried,
                counting.right);
    }
}
