package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.method.compose.Part;
import dev.tenon.method.compose.WeightedSum;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Promise 13: whatever shares a step with a request, its tokens and logits are those that it has alone. */
class MixedBatchTest {
    /** A card adds up in another order for every shape. */
    private static final double TOLERANCE = TinyDecoder.DEVICE.equals("cpu") ? 1e-4 : 1e-3;

    /** Weights by the method's place among the settings: of pairs alone, of pairs and experts, of entries and pairs made on the spot. */
    private static final List<Map<Integer, Double>> SUMS = List.of(
            Map.of(0, 0.7, 2, -0.4),
            Map.of(1, 0.5, 12, 0.3, 13, 1.5),
            Map.of(2, 0.6, 14, 0.8),
            Map.of(13, 1.25, 15, 0.9));

    private static CausalModel model;
    private static final AtomicInteger REUSED = new AtomicInteger();
    private static final EngineListener COUNTING = new EngineListener() {
        @Override
        public void prefixLooked(int hits, int misses) {
            REUSED.addAndGet(hits);
        }
    };
    private static final Map<EngineAdapter, Hooks> ADAPTERS = new LinkedHashMap<>();
    private static final List<Adapter> HELD = new ArrayList<>();

    @BeforeAll
    static void load() {
        TensorEngine.start();
        model = TinyDecoder.model();
        ADAPTERS.put(EngineAdapter.NONE, Hooks.NONE);
        for (int i = 0; i < MixedSettings.ALL.size(); i++) {
            add(MixedSettings.ALL.get(i), i);
        }
        addOtherMethods();
        for (int i = 0; i < SUMS.size(); i++) {
            ADAPTERS.put(sum(SUMS.get(i), "sum-" + i), byHand(SUMS.get(i)));
        }
    }

    /** The engine owns one of two equal adapters, the reference uses the other. */
    private static void add(Map<String, Object> settings, int seed) {
        Adapter reference = TinyDecoder.adapter(model, settings, seed, 0.3);
        HELD.add(reference);
        Adapter served = TinyDecoder.adapter(model, settings, seed, 0.3);
        ADAPTERS.put(EngineAdapter.of(model, served, settings.get("method") + "-" + seed), reference.hooks());
    }

    /** Whatever method there is beside those of the settings, as far as its standard settings suit a model this small. */
    private static void addOtherMethods() {
        var known = MixedSettings.ALL.stream()
                .map(settings -> settings.get("method"))
                .toList();
        int seed = MixedSettings.ALL.size();
        for (var method : Methods.scan().all()) {
            String id = method.descriptor().id();
            if (!known.contains(id)) {
                try {
                    add(Map.of("method", id), seed++);
                } catch (Problem unsuited) {
                    System.out.println("mixed batch without " + id + ": " + unsuited.message());
                }
            }
        }
    }

    private static EngineAdapter sum(Map<Integer, Double> weights, String key) {
        var parts = weights.entrySet().stream()
                .map(part -> new Part(
                        TinyDecoder.adapter(model, MixedSettings.ALL.get(part.getKey()), part.getKey(), 0.3),
                        part.getValue()))
                .toList();
        return EngineAdapter.of(
                model,
                WeightedSum.of(parts),
                parts.stream()
                        .flatMap(part -> part.adapter().parameters().values().stream())
                        .toList(),
                key,
                () -> parts.forEach(part -> part.adapter().close()));
    }

    private static Hooks byHand(Map<Integer, Double> weights) {
        var hooks = new IdentityHashMap<Hooks, Double>();
        weights.forEach((place, weight) -> hooks.put(HELD.get(place).hooks(), weight));
        return new SumByHand(hooks);
    }

    @AfterAll
    static void free() {
        ADAPTERS.keySet().forEach(EngineAdapter::close);
        HELD.forEach(Adapter::close);
        model.close();
    }

    private record Asked(EngineAdapter adapter, int[] prompt, GreedySink sink) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aMixedBatchAnswersAsEachRequestAlone(long chosen) {
        answersAsAlone(chosen, List.copyOf(ADAPTERS.keySet()));
    }

    /** Steps in which nothing but low-rank updates happens take another way through the model. */
    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void aBatchOfTheBaseAndLowRankAdaptersAnswersAsEachRequestAlone(long chosen) {
        answersAsAlone(
                chosen,
                ADAPTERS.keySet().stream()
                        .filter(adapter -> adapter == EngineAdapter.NONE || adapter.isPooled())
                        .limit(chosen % 4 + 1)
                        .toList());
    }

    /** Vectors of several methods and settings, which share their operations, among rows that they must not touch. */
    @ParameterizedTest
    @ValueSource(longs = {10, 11, 12})
    void aBatchOfVectorsOnChannelsAnswersAsEachRequestAlone(long chosen) {
        var random = new SplittableRandom(chosen);
        var vectors = new ArrayList<EngineAdapter>();
        var others = new ArrayList<EngineAdapter>();
        ADAPTERS.keySet().forEach(adapter -> (adapter.channels().isEmpty() ? others : vectors).add(adapter));
        assertThat(vectors).hasSizeGreaterThanOrEqualTo(9);
        var some = new ArrayList<>(vectors);
        some.removeIf(adapter -> random.nextInt(4) == 0);
        some.add(EngineAdapter.NONE);
        some.addAll(others.stream()
                .filter(adapter -> List.of("lora-0", "bottleneck-9", "lora-4").contains(adapter.key()))
                .toList());
        answersAsAlone(chosen, some);
    }

    /** Bottlenecks in all places, of which those alike share their products, among rows that they must not touch. */
    @ParameterizedTest
    @ValueSource(longs = {13, 14, 15})
    void aBatchOfBottlenecksAnswersAsEachRequestAlone(long chosen) {
        var random = new SplittableRandom(chosen);
        var bottlenecks = new ArrayList<>(ADAPTERS.keySet().stream()
                .filter(adapter -> adapter.narrow() != null)
                .toList());
        assertThat(bottlenecks).hasSizeGreaterThanOrEqualTo(7);
        bottlenecks.removeIf(adapter -> random.nextInt(5) == 0);
        bottlenecks.add(EngineAdapter.NONE);
        bottlenecks.addAll(ADAPTERS.keySet().stream()
                .filter(adapter -> List.of("lora-0", "ia3-5", "lntuning-8").contains(adapter.key()))
                .toList());
        answersAsAlone(chosen, bottlenecks);
    }

    /** The same rows step after step, with one adapter for all and one for each: what a card may record and play again. */
    @ParameterizedTest
    @ValueSource(ints = {1, 6})
    void rowsThatStayTogetherAnswerAsEachRequestAlone(int different) {
        var pooled = ADAPTERS.keySet().stream()
                .filter(EngineAdapter::isPooled)
                .limit(3)
                .toList();
        var random = new SplittableRandom(different);
        long page = dev.tenon.model.KvCache.pageBytes(model.config(), model.type());
        var asked = new ArrayList<Asked>();
        try (var engine = new Batcher(model, new EngineSettings(6, 100, 200, 100 * page, 1 << 24), COUNTING, "test")) {
            for (int time = 0; time < 3; time++) {
                for (int row = 0; row < 6; row++) {
                    var adapter = pooled.get(row % different % pooled.size());
                    int[] prompt = random.ints(20, 0, TinyDecoder.VOCABULARY).toArray();
                    var sink = new GreedySink(40, row == 0);
                    engine.submit(new EngineRequest(prompt, 40, adapter, "t", adapter.key(), sink));
                    asked.add(new Asked(adapter, prompt, sink));
                }
                asked.forEach(one -> assertThat(one.sink().await().failure).isNull());
            }
        }
        asked.forEach(MixedBatchTest::compare);
    }

    private static void answersAsAlone(long chosen, List<EngineAdapter> adapters) {
        long seed = Long.getLong("tenon.seed", chosen);
        System.out.println("mixed batch, seed " + seed + " (-Dtenon.seed=" + seed + ")");
        var random = new SplittableRandom(seed);
        int rows = random.nextInt(2, 12);
        int chunk = random.nextInt(1, 50);
        // from scarcely more than one sequence, so that rows are displaced, to plenty
        int pages = random.nextInt(10, 80);
        long page = dev.tenon.model.KvCache.pageBytes(model.config(), model.type());
        var settings =
                new EngineSettings(rows, 1000, chunk, pages * page, 1L << random.nextInt(19, 22), random.nextInt(12));
        var asked = new ArrayList<Asked>();
        try (var engine = new Batcher(model, settings, COUNTING, "test")) {
            for (int i = 0; i < 24; i++) {
                asked.add(ask(engine, adapters, random, asked));
                if (random.nextInt(4) == 0) {
                    pause(random.nextInt(20));
                }
            }
            asked.forEach(one -> assertThat(one.sink().await().failure).isNull());
            assertThat(engine.freePages()).isEqualTo(engine.totalPages());
        }
        asked.forEach(MixedBatchTest::compare);
    }

    private static Asked ask(
            Batcher engine, List<EngineAdapter> adapters, SplittableRandom random, List<Asked> before) {
        var adapter = adapters.get(random.nextInt(adapters.size()));
        int[] prompt =
                random.ints(random.nextInt(1, 70), 0, TinyDecoder.VOCABULARY).toArray();
        if (!before.isEmpty() && random.nextBoolean()) {
            // an earlier prompt again, or its beginning: a prefix that the cache may have
            var earlier = before.get(random.nextInt(before.size()));
            adapter = earlier.adapter();
            int kept = random.nextInt(1, earlier.prompt().length + 1);
            int[] longer = Arrays.copyOf(earlier.prompt(), kept + random.nextInt(4));
            prompt = longer;
        }
        var sink = new GreedySink(random.nextInt(1, 20), random.nextInt(3) == 0);
        engine.submit(new EngineRequest(prompt, 20, adapter, "t" + random.nextInt(3), adapter.key(), sink));
        return new Asked(adapter, prompt, sink);
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Each step's logits against a pass over the whole sequence, without any cache and by the adapter's own hooks. */
    private static void compare(Asked one) {
        int[] sequence = Arrays.copyOf(
                one.prompt(), one.prompt().length + one.sink().tokens.size());
        for (int i = 0; i < one.sink().tokens.size(); i++) {
            float[] alone = logits(Arrays.copyOf(sequence, one.prompt().length + i), hooks(one.adapter()));
            if (!one.sink().logits.isEmpty()) {
                // of large logits the last digits are rounding
                assertThat(TensorEngine.distance(alone, one.sink().logits.get(i)))
                        .as(one.adapter().key())
                        .isLessThan(TOLERANCE * Math.max(1, Math.abs(alone[GreedySink.largest(alone)]) / 10));
            }
            assertThat(one.sink().tokens.get(i)).isEqualTo(GreedySink.largest(alone));
            sequence[one.prompt().length + i] = one.sink().tokens.get(i);
        }
    }

    private static Hooks hooks(EngineAdapter adapter) {
        return java.util.Objects.requireNonNull(ADAPTERS.get(adapter));
    }

    private static float[] logits(int[] tokens, Hooks hooks) {
        try (var scope = Scope.open()) {
            long[] ids = Arrays.stream(tokens).asLongStream().toArray();
            Tensor hidden = model.hidden(Sequences.of(List.<long[]>of(ids)), hooks);
            return model.logits(hidden.slice(0, ids.length - 1, ids.length), hooks)
                    .toFloats();
        }
    }

    /** The same beginnings again and again, so that all but the first find their pages, read in pieces of any size. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 64})
    void pagesThatAreKnownAnswerLikeThoseThatAreComputed(int chunk) {
        int[] prompt =
                new SplittableRandom(chunk).ints(60, 0, TinyDecoder.VOCABULARY).toArray();
        long page = dev.tenon.model.KvCache.pageBytes(model.config(), model.type());
        var asked = new ArrayList<Asked>();
        REUSED.set(0);
        try (var engine =
                new Batcher(model, new EngineSettings(40, 1000, chunk, 400 * page, 1 << 24), COUNTING, "test")) {
            for (int length : new int[] {52, 60, 33}) {
                for (var adapter : ADAPTERS.keySet()) {
                    var sink = new GreedySink(2);
                    int[] begun = Arrays.copyOf(prompt, length);
                    engine.submit(new EngineRequest(begun, 2, adapter, "t", adapter.key(), sink));
                    asked.add(new Asked(adapter, begun, sink));
                }
                asked.forEach(one -> assertThat(one.sink().await().failure).isNull());
            }
        }
        // 48 and 32 tokens of 60 and 33 are whole pages that the first time left behind
        assertThat(REUSED).hasValueGreaterThanOrEqualTo(ADAPTERS.size() * 5);
        asked.forEach(MixedBatchTest::compare);
    }

    @Test
    void everyAdapterChangesTheAnswer() {
        int[] prompt = {5, 9, 33, 2, 41, 8};
        float[] bare = logits(prompt, Hooks.NONE);
        ADAPTERS.forEach((adapter, hooks) -> {
            if (adapter != EngineAdapter.NONE) {
                assertThat(TensorEngine.distance(logits(prompt, hooks), bare))
                        .as(adapter.key())
                        .isGreaterThan(1e-2);
            }
        });
        assertThat(ADAPTERS.keySet().stream().filter(EngineAdapter::isPooled)).hasSizeGreaterThanOrEqualTo(7);
    }

    @Test
    void aMethodSaysWhetherItsAdaptersShareAProduct() {
        var methods = Methods.scan();
        for (var method : methods.all()) {
            String id = method.descriptor().id();
            Adapter adapter;
            try {
                adapter = methods.attach(model, Map.of("method", id), 1);
            } catch (Problem unsuited) {
                continue;
            }
            try (var served = EngineAdapter.of(model, adapter, id)) {
                var able = methods.capabilities(id);
                assertThat(served.isPooled()).as(id).isEqualTo(able.contains("LowRankUpdates"));
                assertThat(served.isShared())
                        .as(id)
                        .isEqualTo(able.contains("LowRankUpdates")
                                || able.contains("ChannelVectors")
                                || able.contains("BottleneckLayers"));
            }
        }
    }

    @Test
    void anEngineLeavesNothingBehind() {
        aMixedBatchAnswersAsEachRequestAlone(9); // an adapter may keep what its first use makes
        long before = Ledger.liveTensors();
        aMixedBatchAnswersAsEachRequestAlone(9);
        assertThat(Ledger.liveTensors()).isEqualTo(before);
    }
}
