package dev.tenon.serving.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.model.Head;
import dev.tenon.model.HeadForm.Task;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.serving.Patience;
import dev.tenon.serving.engine.EngineListener;
import dev.tenon.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever shares a pass with a request, it is told what it is told alone; and what waits shares passes. */
class LabelLaneTest {
    private static TinyEncoder bert;
    private static TinyEncoder roberta;

    /** Requests, tokens and adapters of each pass. */
    private final List<int[]> passes = new ArrayList<>();

    private final EngineListener counting = new EngineListener() {
        @Override
        public void step(Duration took, int rows, int tokens, int adapters) {
            passes.add(new int[] {rows, tokens, adapters});
        }
    };

    @BeforeAll
    static void make() {
        TensorEngine.start();
        bert = TinyEncoder.of("bert").withAdapters();
        roberta = TinyEncoder.of("roberta").withAdapters();
    }

    @AfterAll
    static void free() {
        bert.close();
        roberta.close();
    }

    /** Keeps the lane busy until it is opened. */
    private static final class Gate implements Hooks {
        private final CountDownLatch open = new CountDownLatch(1);

        @Override
        public Tensor linearInput(LinearSite site, Tensor x) {
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return x;
        }
    }

    private static Head head() {
        return bert.head(Task.CLASSIFICATION, 3, 1);
    }

    private static List<ReadText> texts(long seed, int count, int length) {
        var random = new SplittableRandom(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> TinyEncoder.text(random, length, Task.CLASSIFICATION))
                .toList();
    }

    private LabelRequest asking(String tenant, Hooks hooks, List<ReadText> texts) {
        return bert.request(tenant, hooks, head(), texts, counting);
    }

    private static CompletableFuture<List<float[]>> ask(LabelLane lane, LabelRequest request) {
        int before = lane.waiting();
        var answer = new CompletableFuture<List<float[]>>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(lane.tell(request, Patience.ENDLESS));
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        await().until(() -> answer.isDone() || lane.waiting() > before);
        return answer;
    }

    /** Runs what waits behind a gate; the gate's own pass is the first. */
    private void behindGate(LabelLane lane, Runnable asking) {
        var gate = new Gate();
        var first = new CompletableFuture<List<float[]>>();
        var request = asking("gate", gate, texts(0, 1, 3));
        Thread.ofVirtual().start(() -> first.complete(lane.tell(request, Patience.ENDLESS)));
        await().until(() -> gate.open.getCount() == 1 && lane.isComputing());
        asking.run();
        gate.open.countDown();
        first.join();
    }

    private static void equalAlone(TinyEncoder encoder, LabelRequest request, List<float[]> told) {
        for (int i = 0; i < told.size(); i++) {
            float[] alone = encoder.alone(request, request.texts().get(i));
            assertThat(TensorEngine.distance(told.get(i), alone))
                    .as(request.hooks().getClass().getSimpleName())
                    .isLessThan(1e-5);
            int labels = request.head().labels().size();
            for (int row = 0; row < alone.length; row += labels) {
                assertThat(likeliest(told.get(i), row, labels)).isEqualTo(likeliest(alone, row, labels));
            }
        }
    }

    private static int likeliest(float[] probabilities, int from, int labels) {
        return IntStream.range(from, from + labels)
                .reduce((best, i) -> probabilities[i] > probabilities[best] ? i : best)
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aMixedPassTellsWhatEachRequestIsToldAlone(long chosen) {
        long seed = Long.getLong("tenon.seed", chosen);
        System.out.println("labels, seed " + seed + " (-Dtenon.seed=" + seed + ")");
        var random = new SplittableRandom(seed);
        var asked = new ArrayList<LabelRequest>();
        var encoders = new ArrayList<TinyEncoder>();
        var answers = new ArrayList<CompletableFuture<List<float[]>>>();
        try (var lane = new LabelLane()) {
            behindGate(lane, () -> {
                for (int i = 0; i < 24; i++) {
                    var encoder = random.nextInt(3) == 0 ? roberta : bert;
                    var request = any(encoder, random);
                    encoders.add(encoder);
                    asked.add(request);
                    answers.add(ask(lane, request));
                }
            });
            answers.forEach(CompletableFuture::join);
        }
        for (int i = 0; i < asked.size(); i++) {
            equalAlone(encoders.get(i), asked.get(i), answers.get(i).join());
        }
        assertThat(passes).hasSizeLessThan(1 + asked.size());
    }

    private LabelRequest any(TinyEncoder encoder, SplittableRandom random) {
        int place = random.nextInt(encoder.adapters().size() + 2);
        var hooks = place < encoder.adapters().size()
                ? encoder.adapters().get(place).hooks()
                : Hooks.NONE;
        var task = random.nextBoolean() ? Task.CLASSIFICATION : Task.TAGGING;
        var texts = IntStream.range(0, random.nextInt(1, 5))
                .mapToObj(i -> TinyEncoder.text(random, random.nextInt(1, 40), task))
                .toList();
        var head = encoder.head(task, random.nextInt(2, 6), random.nextLong());
        return encoder.request("t" + random.nextInt(3), hooks, head, texts, counting);
    }

    @Test
    void everyMethodSharesAPassWithTheOthers() {
        for (var encoder : List.of(bert, roberta)) {
            passes.clear();
            var head = encoder.head(Task.TAGGING, 4, 9);
            var text = TinyEncoder.text(new SplittableRandom(5), 20, Task.TAGGING);
            float[] bare = encoder.alone(encoder.request("t", Hooks.NONE, head, List.of(text), counting), text);
            var asked = encoder.adapters().stream()
                    .map(adapter -> encoder.request("t", adapter.hooks(), head, List.of(text), counting))
                    .toList();
            var answers = new ArrayList<CompletableFuture<List<float[]>>>();
            try (var lane = new LabelLane()) {
                behindGate(lane, () -> asked.forEach(request -> answers.add(ask(lane, request))));
                answers.forEach(CompletableFuture::join);
            }
            for (int i = 0; i < asked.size(); i++) {
                var told = answers.get(i).join();
                equalAlone(encoder, asked.get(i), told);
                assertThat(TensorEngine.distance(told.getFirst(), bare)).isGreaterThan(1e-4);
            }
            assertThat(passes).hasSize(2);
            assertThat(passes.getLast()).startsWith(asked.size()).endsWith(asked.size());
        }
    }

    @Test
    void manyTextsOfOneTenantDoNotHoldUpAnother() {
        try (var lane = new LabelLane()) {
            behindGate(lane, () -> {
                ask(lane, asking("many", Hooks.NONE, texts(1, 200, 60)));
                ask(lane, asking("few", Hooks.NONE, texts(2, 1, 10)));
            });
            await().until(() -> passes.size() == 4);
        }
        // 200 texts of 60 tokens are three passes, in the first of which the other has its turn
        assertThat(passes.stream().skip(1).map(pass -> pass[0])).containsExactly(2, 1, 1);
        assertThat(passes).allSatisfy(pass -> assertThat(pass[1]).isLessThanOrEqualTo(PassRoom.TOKENS));
    }

    @Test
    void whatFailsFailsAlone() {
        Hooks broken = new Hooks() {
            @Override
            public Tensor linearInput(LinearSite site, Tensor x) {
                throw new IllegalArgumentException("broken");
            }
        };
        var misshapen = new Head(head().form(), head().labels(), Map.of());
        var right = asking("t", bert.adapters().getFirst().hooks(), texts(3, 3, 9));
        var answers = new ArrayList<CompletableFuture<List<float[]>>>();
        try (var lane = new LabelLane()) {
            behindGate(lane, () -> {
                answers.add(ask(lane, asking("t", broken, texts(4, 90, 60))));
                answers.add(ask(lane, bert.request("t", Hooks.NONE, misshapen, texts(5, 2, 4), counting)));
                answers.add(ask(lane, right));
            });
            assertThatThrownBy(() -> answers.get(0).join()).hasRootCauseMessage("broken");
            assertThatThrownBy(() -> answers.get(1).join()).hasRootCauseInstanceOf(NullPointerException.class);
            equalAlone(bert, right, answers.get(2).join());
            // nothing of it is left that would fail once more
            assertThat(lane.waiting()).isZero();
        }
    }

    @Test
    void whoLeavesIsNotComputed() {
        var asked = new AtomicInteger();
        Hooks counted = new Hooks() {
            @Override
            public Tensor linearInput(LinearSite site, Tensor x) {
                asked.incrementAndGet();
                return x;
            }
        };
        var interrupted = new AtomicBoolean();
        var request = asking("t", counted, texts(6, 2, 5));
        try (var lane = new LabelLane()) {
            behindGate(lane, () -> {
                var leaving = Thread.ofVirtual().start(() -> {
                    try {
                        lane.tell(request, Patience.ENDLESS);
                    } catch (Problem gone) {
                        interrupted.set(Thread.currentThread().isInterrupted());
                    }
                });
                await().until(() -> lane.waiting() == 1);
                leaving.interrupt();
                await().until(() -> !leaving.isAlive());
                assertThat(lane.waiting()).isZero();
            });
            lane.tell(asking("t", Hooks.NONE, texts(7, 1, 5)), Patience.ENDLESS);
        }
        assertThat(asked).hasValue(0);
        assertThat(interrupted).isTrue();
    }

    @Test
    void whoseConnectionIsGoneLeavesThePlace() {
        var request = asking("t", Hooks.NONE, texts(6, 2, 5));
        try (var lane = new LabelLane()) {
            behindGate(
                    lane,
                    () -> assertThatThrownBy(() -> lane.tell(request, () -> {
                                assertThat(lane.waiting()).isEqualTo(1);
                                throw Problem.left("gone");
                            }))
                            .hasMessage("gone"));
            assertThat(lane.waiting()).isZero();
            assertThat(passes).hasSize(1);
        }
    }

    @Test
    void aLaneThatEndsTellsThoseWhoWait() {
        var lane = new LabelLane();
        var answers = new ArrayList<CompletableFuture<List<float[]>>>();
        behindGate(lane, () -> {
            answers.add(ask(lane, asking("t", Hooks.NONE, texts(8, 1, 5))));
            Thread.ofVirtual().start(lane::close);
            await().until(lane::isStopping);
        });
        assertThatThrownBy(() -> answers.getFirst().join())
                .hasRootCauseInstanceOf(Problem.class)
                .hasMessageContaining("stopping");
        assertThatThrownBy(() -> lane.tell(asking("t", Hooks.NONE, texts(9, 1, 5)), Patience.ENDLESS))
                .isInstanceOf(Problem.class);
    }

    @Test
    void aTextOfWhichNothingIsReadCostsNothing() {
        try (var lane = new LabelLane()) {
            var told = lane.tell(
                    asking("t", Hooks.NONE, List.of(new ReadText(new long[] {3, 4}, new int[0]))), Patience.ENDLESS);
            assertThat(told).hasSize(1);
            assertThat(told.getFirst()).isEmpty();
        }
        assertThat(passes).isEmpty();
    }
}
