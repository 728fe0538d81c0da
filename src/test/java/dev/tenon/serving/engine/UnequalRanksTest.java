package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.method.Adapter;
import dev.tenon.model.HeldRun;
import dev.tenon.model.KvCache;
import dev.tenon.model.LinearSite;
import dev.tenon.model.PageRun;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of different ranks side by side: one product for all of them, and what each has alone. */
class UnequalRanksTest extends OnTinyDecoder {
    private static final List<String> SOME = List.of("q_proj", "o_proj", "up_proj");

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLaneOfMoreRanksHoldsTheSameMatrices(boolean everywhere) {
        try (var scope = Scope.open();
                var memory = new Owner()) {
            var narrow = memory.ranks(3, everywhere);
            var wide = memory.ranks(11, everywhere);
            assertThat(wide.layout().covers(narrow.layout())).isTrue();
            try (var lanes = memory.lanes(wide.layout(), 2)) {
                lanes.seat(List.of(wide, narrow));
                lanes.seat(List.of(narrow, wide)); // whoever lay there before leaves nothing
                lanes.seat(List.of(wide, narrow));
                var sites = model.groups().stream()
                        .flatMap(group -> group.sites().stream())
                        .toList();
                for (LinearSite site : sites) {
                    var place = narrow.layout().places().get(site.path());
                    if (place != null) {
                        float[] alone = update(narrow, site, place);
                        float[][] both =
                                update(lanes, site, wide.layout().places().get(site.path()));
                        assertThat(both[1]).as(site.path()).containsExactly(alone, within(1e-6f));
                        assertThat(both[0]).as(site.path()).isNotEqualTo(both[1]);
                    }
                }
            }
        }
    }

    /** What an adapter makes of one token at a layer. */
    private static float[] update(PlacedRanks ranks, LinearSite site, RankLayout.Place place) {
        Tensor y = Tensors.zeros(DType.F32, model.device(), 1, site.out());
        Kernels.callNothing("add_site_ranks", y, token(site, 1), ranks.get(), new long[] {0, 1, 0}, place.numbers());
        return y.toFloats();
    }

    /** What the first two lanes make of the same token. */
    private static float[][] update(RankLanes lanes, LinearSite site, RankLayout.Place place) {
        Tensor y = Tensors.zeros(DType.F32, model.device(), 2, site.out());
        Kernels.callNothing("add_site_ranks", y, token(site, 2), lanes.views(2), new long[] {0, 2, 1}, place.numbers());
        return new float[][] {
            y.slice(0, 0, 1).toFloats(), y.slice(0, 1, 2).toFloats(),
        };
    }

    private static Tensor token(LinearSite site, int rows) {
        Tensor one =
                Tensors.uniform(new SplittableRandom(7), -1, 1, 1, site.in()).to(model.device());
        return Tensor.cat(Collections.nCopies(rows, one), 0);
    }

    @Test
    void ranksUpToAQuarterSitTogetherAndOthersDoNot() {
        try (var memory = new Owner()) {
            var eight = memory.ranks(8, true).layout();
            assertThat(IntStream.of(1, 2, 3, 4, 8, 9, 16)
                            .filter(rank ->
                                    eight.covers(memory.ranks(rank, true).layout())))
                    .containsExactly(2, 3, 4, 8);
            assertThat(eight.covers(memory.ranks(8, false).layout())).isFalse();
        }
    }

    @Test
    void aBatchOfManyRanksAnswersAsEachAlone() {
        try (var memory = new Owner()) {
            var adapters = IntStream.of(2, 3, 4, 5, 8, 8, 1)
                    .mapToObj(rank -> memory.adapter(rank, true))
                    .toList();
            var alone = adapters.stream()
                    .flatMap(adapter -> answers(List.of(adapter)).stream())
                    .toList();
            var together = answers(adapters);
            for (int i = 0; i < adapters.size(); i++) {
                assertThat(together.get(i).tokens).isEqualTo(alone.get(i).tokens);
                for (int token = 0; token < together.get(i).logits.size(); token++) {
                    assertThat(together.get(i).logits.get(token))
                            .containsExactly(alone.get(i).logits.get(token), within(1e-4f));
                }
            }
        }
    }

    private static List<GreedySink> answers(List<EngineAdapter> adapters) {
        var settings = new EngineSettings(8, 8, 64, 1 << 22, 1 << 22);
        var sinks = new ArrayList<GreedySink>();
        try (var engine = new Batcher(model, settings, EngineListener.NONE, "ranks")) {
            for (EngineAdapter adapter : adapters) {
                var sink = new GreedySink(12);
                engine.submit(new EngineRequest(new int[] {5, 9, 2, 30}, 12, adapter, "t", adapter.key(), sink));
                sinks.add(sink);
            }
            sinks.forEach(sink -> assertThat(sink.await().failure).isNull());
        }
        return sinks;
    }

    /** Adapters that end with a test. */
    private static final class Owner implements AutoCloseable {
        private final List<AutoCloseable> all = new ArrayList<>();
        private final KvCache cache = model.cache(1, KvCache.PAGE, 200);
        private long seed;

        Owner() {
            all.add(cache);
        }

        EngineAdapter adapter(int rank, boolean everywhere) {
            Map<String, Object> settings = everywhere
                    ? Map.of("method", "lora", "rank", rank)
                    : Map.of("method", "lora", "rank", rank, "target_modules", SOME);
            Adapter adapter = TinyDecoder.adapter(model, settings, ++seed, 0.3);
            var ready = EngineAdapter.of(model, adapter, "rank-" + rank + "-" + seed);
            all.add(ready);
            return ready;
        }

        PlacedRanks ranks(int rank, boolean everywhere) {
            var ready = adapter(rank, everywhere);
            var packed = (PackedRanks) Objects.requireNonNull(ready.packed());
            var run = run(packed.values().elements());
            var ranks = new PlacedRanks(packed, cache.memory(), run, null);
            all.add(ranks);
            return ranks;
        }

        RankLanes lanes(RankLayout layout, int capacity) {
            return new RankLanes(layout, capacity, cache.memory(), run((long) capacity * layout.width()));
        }

        private PageRun run(long elements) {
            return Objects.requireNonNull(cache.memory().takeRun(elements, new HeldRun()));
        }

        @Override
        public void close() {
            for (AutoCloseable one : all.reversed()) {
                try {
                    one.close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
