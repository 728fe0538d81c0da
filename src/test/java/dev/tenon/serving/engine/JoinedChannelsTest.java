package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.Adapter;
import dev.tenon.model.ChannelPlace;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.model.RowTokens;
import dev.tenon.model.Span;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of vectors are joined while they run: what a step does beyond the base does not depend on their number. */
class JoinedChannelsTest extends OnTinyDecoder {
    private static final int ROWS = 12;
    private final AtomicInteger asked = new AtomicInteger();
    private final List<EngineAdapter> made = new ArrayList<>();

    private final InPages pages = new InPages(model);

    @AfterEach
    void close() {
        pages.close();
        made.forEach(EngineAdapter::close);
    }

    /** An adapter whose hooks count how often they are asked to do their work by themselves. */
    private EngineAdapter adapter(String method) {
        return pages.put(away(method));
    }

    /** The same before it has come to the device. */
    private EngineAdapter away(String method) {
        int seed = made.size();
        Adapter adapter = TinyDecoder.adapter(model, Map.of("method", method), seed, 0.3);
        var counting = new Hooks() {
            @Override
            public Tensor linearInput(LinearSite site, Tensor x) {
                asked.incrementAndGet();
                return adapter.hooks().linearInput(site, x);
            }

            @Override
            public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
                asked.incrementAndGet();
                return adapter.hooks().linearOutput(site, x, y);
            }

            @Override
            public Tensor norm(NormSite site, Tensor x) {
                asked.incrementAndGet();
                return adapter.hooks().norm(site, x);
            }

            @Override
            public Map<ChannelPlace, Tensor> channelsOnly(Network network) {
                return adapter.hooks().channelsOnly(network);
            }
        };
        var ready = EngineAdapter.of(model, counting, adapter.tensors(), method + seed, adapter::close);
        made.add(ready);
        return ready;
    }

    @Test
    void theOperationsOfAStepDoNotGrowWithTheAdapters() {
        var adapters = new ArrayList<EngineAdapter>();
        for (int i = 0; i < ROWS; i++) {
            adapters.add(adapter(List.of("ia3", "ssf", "bitfit", "lntuning").get(i % 4)));
        }
        long few = operations(adapters.subList(0, 4));
        long many = operations(adapters);
        assertThat(many).isEqualTo(few);
        assertThat(asked).hasValue(0);
    }

    /** Results that a step of rows of these adapters in turn, and of the base, leaves in its scope: each is of one call. */
    private static long operations(List<EngineAdapter> adapters) {
        var rows = new ArrayList<RowTokens>();
        for (int row = 0; row < ROWS; row++) {
            rows.add(new RowTokens(
                    row,
                    new long[] {row + 1},
                    adapters.get(row % adapters.size()).hooks(),
                    1));
        }
        rows.add(new RowTokens(ROWS, new long[] {3}, Hooks.NONE, 1));
        try (var joined = new JoinedChannels(model, 1 << 20);
                var cache = model.cache(ROWS + 1, 32);
                var scope = Scope.open()) {
            joined.seat(Set.copyOf(adapters));
            long before = scope.liveTensors();
            model.step(rows, cache, new PooledMixing(Map.of(), null, List.of(joined)));
            return scope.liveTensors() - before;
        }
    }

    @Test
    void aStepWithoutThemOrWithOneAloneIsWhatItWas() {
        var one = adapter("ia3");
        var bare = new Span(0, 3, Hooks.NONE);
        try (var joined = new JoinedChannels(model, 1 << 20);
                var scope = Scope.open()) {
            joined.seat(Set.of(one, adapter("bitfit")));
            var mixing = new PooledMixing(Map.of(), null, List.of(joined));
            assertThat(mixing.over(List.of(bare, new Span(3, 4, Hooks.NONE)))).isSameAs(Hooks.NONE);
            assertThat(mixing.over(List.of(new Span(0, 3, one.hooks()), new Span(3, 1, one.hooks()))))
                    .isSameAs(one.hooks());
            assertThat(mixing.over(List.of(bare, new Span(3, 4, one.hooks())))).isInstanceOf(ChannelHooks.class);
        }
    }

    @Test
    void whatIsTooLargeForTheDeviceGoesItsOwnWay() {
        var small = adapter("ia3");
        var large = adapter("ssf");
        long tensors = Ledger.liveTensors();
        try (var joined = new JoinedChannels(model, 3 * small.bytes())) {
            joined.seat(Set.of(small));
            assertThat(joined.has(small.hooks())).isTrue();
            joined.seat(Set.of(small, large));
            assertThat(joined.has(large.hooks())).isFalse();
            assertThat(joined.over(List.of(new Span(0, 1, small.hooks()), new Span(1, 1, large.hooks()))))
                    .isNull();
            joined.keepOnly(Set.of(small));
            joined.seat(Set.of(small));
            assertThat(joined.has(small.hooks())).isTrue();
        }
        assertThat(Ledger.liveTensors()).isEqualTo(tensors);
    }

    @Test
    void anAdapterTakesARowOnlyWhileItRuns() {
        var first = adapter("ia3");
        var second = adapter("ia3");
        var third = adapter("ia3");
        var other = adapter("ssf");
        long tensors = Ledger.liveTensors();
        long bytes = Ledger.liveBytes();
        try (var joined = new JoinedChannels(model, 1 << 20)) {
            joined.seat(Set.of(first, second, EngineAdapter.NONE));
            long two = Ledger.liveBytes() - bytes;
            assertThat(two).isPositive();
            joined.seat(Set.of(second));
            assertThat(joined.has(first.hooks())).isTrue();
            joined.keepOnly(Set.of(second));
            joined.seat(Set.of(third));
            assertThat(joined.has(first.hooks())).isFalse();
            assertThat(Ledger.liveBytes() - bytes).isEqualTo(two);

            joined.seat(Set.of(other));
            assertThat(Ledger.liveBytes() - bytes).isGreaterThan(2 * two);
            joined.keepOnly(Set.of(second, third));
            joined.seat(Set.of(second, third));
            assertThat(Ledger.liveBytes() - bytes)
                    .as("nobody has vectors at the places of the one that went")
                    .isEqualTo(two);

            joined.keepOnly(Set.of());
            assertThat(Ledger.liveTensors()).isEqualTo(tensors);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEngineThatRestsHoldsNothingOfAdaptersThatAreClosed(boolean abandoned) throws Exception {
        long page = dev.tenon.model.KvCache.pageBytes(model.config(), model.type());
        var settings = new EngineSettings(4, 100, 100, 40 * page, 1 << 20);
        try (var engine = new Batcher(model, settings, EngineListener.NONE, "joined")) {
            long before = Ledger.liveTensors();
            var sinks = new ArrayList<GreedySink>();
            for (String method : List.of("ia3", "bitfit", "lntuning", "ia3")) {
                var adapter = away(method);
                var sink = new GreedySink(12);
                sinks.add(sink);
                engine.submit(new EngineRequest(new int[] {5, 9, 2}, 12, adapter, "t", adapter.key(), sink));
                sink.abandoned = abandoned && sinks.size() % 2 == 0;
            }
            sinks.forEach(sink -> assertThat(sink.await().failure).isNull());
            made.forEach(EngineAdapter::close);
            made.clear();
            for (int i = 0; i < 500 && Ledger.liveTensors() > before; i++) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertThat(Ledger.liveTensors()).isEqualTo(before);
        }
    }
}
