package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the cache says that it holds is what it holds, whatever comes and goes. */
class RankCacheTest extends OnTinyDecoder {

    @Test
    void ranksAreCountedAsAdaptersComeAndGo() {
        var adapters = new ArrayList<EngineAdapter>();
        for (int rank : List.of(1, 2, 4)) {
            var adapter = TinyDecoder.adapter(model, Map.of("method", "lora", "rank", rank), rank, 0.3);
            adapters.add(EngineAdapter.of(model, adapter, "rank-" + rank));
        }
        var packed = adapters.stream()
                .map(adapter -> Objects.requireNonNull(adapter.packed()))
                .toList();
        // room for the two largest, and for no third one
        long budget = packed.get(1).bytes() + packed.get(2).bytes();
        try (var cache = new RankCache(model, budget, EngineListener.NONE)) {
            var one = Objects.requireNonNull(cache.acquire(packed.get(0)));
            var two = Objects.requireNonNull(cache.acquire(packed.get(1)));
            assertThat(cache.acquire(packed.get(0))).isSameAs(one);
            assertThat(cache.ranks()).containsExactly(3, 0);
            assertThat(cache.acquire(packed.get(2))).as("both are in use").isNull();
            cache.release(one);
            assertThat(cache.ranks()).as("somebody else uses it still").containsExactly(3, 0);
            cache.release(one);
            assertThat(cache.ranks()).containsExactly(2, 1);
            var four = Objects.requireNonNull(cache.acquire(packed.get(2)));
            assertThat(cache.ranks()).as("the idle one made room").containsExactly(6, 0);
            cache.release(two);
            cache.release(four);
            assertThat(cache.ranks()).containsExactly(0, 6);
            assertThat(cache.acquire(packed.get(1))).isSameAs(two);
            assertThat(cache.ranks()).containsExactly(2, 4);
        }
        adapters.forEach(EngineAdapter::close);
    }
}
