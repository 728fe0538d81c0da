package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.model.KvCache;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the cache says that it holds is what it holds, whatever comes and goes. */
class AdapterCacheTest extends OnTinyDecoder {
    private static final Map<String, Object> SHIRA = Map.of("method", "shira");
    private final List<EngineAdapter> adapters = new ArrayList<>();

    private Packed packed(int rank) {
        var adapter = TinyDecoder.adapter(model, Map.of("method", "lora", "rank", rank), rank, 0.3);
        var ready = EngineAdapter.of(model, adapter, "rank-" + rank + "-" + adapters.size());
        adapters.add(ready);
        return Objects.requireNonNull(ready.packed());
    }

    /** Of a method that is no low-rank pairs, with tensors of two types. */
    private Packed shira(int seed) {
        var ready = EngineAdapter.of(model, TinyDecoder.adapter(model, SHIRA, seed, 0.3), "shira-" + seed);
        adapters.add(ready);
        return Objects.requireNonNull(ready.packed());
    }

    @Test
    void tensorsOfAnyMethodLieInPagesWhileTheyAreThere() {
        try (var alone = TinyDecoder.adapter(model, SHIRA, 1, 0.3)) {
            var one = shira(1);
            var two = shira(2);
            var hooks = adapters.getFirst().hooks();
            var uploads = new HeldUploads(() -> {});
            try (var scope = Scope.open();
                    var memory = memory(one);
                    var cache = new AdapterCache(memory.memory(), EngineListener.NONE, uploads)) {
                var site = model.groups().getFirst().sites().getFirst();
                Tensor x = Tensors.randn(new SplittableRandom(1), 3, site.in()).to(model.device());
                float[] expected = alone.hooks().linear(site, x).toFloats();
                for (int time = 0; time < 2; time++) {
                    cache.bring(one);
                    uploads.arrive();
                    var placed = Objects.requireNonNull(cache.acquire(one));
                    assertThat(hooks.linear(site, x).toFloats()).containsExactly(expected);
                    long before = Ledger.liveBytes();
                    cache.release(placed);
                    cache.bring(two); // pushes the first one out
                    uploads.arrive();
                    assertThat(cache.holds(one)).isFalse();
                    cache.release(Objects.requireNonNull(cache.acquire(two)));
                    assertThat(Ledger.liveBytes())
                            .as("it lies in the same pages")
                            .isEqualTo(before);
                }
                assertThat(memory.reserve(0, KvCache.PAGE)).isTrue();
                long unit = memory.slot(0, 0) / KvCache.PAGE;
                assertThat(memory.keys(0).slice(0, unit, unit + 1).toFloats())
                        .as("indices may look like no number to a sequence")
                        .containsOnly(0);
            }
        }
    }

    @AfterEach
    void closeAdapters() {
        adapters.forEach(EngineAdapter::close);
    }

    /** Pages for exactly these, in memory of a cache that nobody writes into. */
    private static KvCache memory(Packed... all) {
        long page = KvCache.pageBytes(model.config(), model.type());
        long pages =
                Stream.of(all).mapToLong(one -> Math.ceilDiv(one.bytes(), page)).sum();
        return model.cache(1, KvCache.PAGE, (int) pages);
    }

    private static @Nullable Placed take(AdapterCache cache, Packed packed) {
        return cache.bring(packed) ? cache.acquire(packed) : null;
    }

    @Test
    void ranksAreCountedAsAdaptersComeAndGo() {
        var packed = List.of(packed(1), packed(2), packed(4));
        // room for the two largest, and for no third one
        try (var memory = memory(packed.get(1), packed.get(2));
                var cache = new AdapterCache(memory.memory(), EngineListener.NONE, null)) {
            var one = Objects.requireNonNull(take(cache, packed.get(0)));
            var two = Objects.requireNonNull(take(cache, packed.get(1)));
            assertThat(take(cache, packed.get(0))).isSameAs(one);
            assertThat(cache.ranks()).containsExactly(3, 0);
            assertThat(take(cache, packed.get(2))).as("both are in use").isNull();
            cache.release(one);
            assertThat(cache.ranks()).as("somebody else uses it still").containsExactly(3, 0);
            cache.release(one);
            assertThat(cache.ranks()).containsExactly(2, 1);
            var four = Objects.requireNonNull(take(cache, packed.get(2)));
            assertThat(cache.ranks()).as("the idle one made room").containsExactly(6, 0);
            cache.release(two);
            cache.release(four);
            assertThat(cache.ranks()).containsExactly(0, 6);
            assertThat(take(cache, packed.get(1))).isSameAs(two);
            assertThat(cache.ranks()).containsExactly(2, 4);
        }
    }

    @Test
    void anAdapterOnItsWayIsNobodysAndKeepsItsRoom() {
        var first = packed(4);
        var second = packed(4);
        var uploads = new HeldUploads(() -> {});
        try (var memory = memory(first);
                var cache = new AdapterCache(memory.memory(), EngineListener.NONE, uploads)) {
            assertThat(cache.bring(first)).isTrue();
            assertThat(cache.acquire(first)).isNull();
            assertThat(cache.bring(second)).as("the only room is taken").isFalse();
            assertThat(cache.bring(first)).isTrue();
            assertThat(uploads.count()).as("asked for twice").isEqualTo(1);
            uploads.arrive();
            var there = Objects.requireNonNull(cache.acquire(first));
            try (var scope = Scope.open()) {
                assertThat(there.memory().toFloats())
                        .containsExactly(first.values().toFloats());
            }
            cache.release(there);
            assertThat(cache.bring(second)).as("an idle one makes room").isTrue();
            assertThat(cache.acquire(first)).isNull();
        }
    }

    @Test
    void whatCannotComeIsToldAndForgotten() {
        var packed = packed(4);
        var uploads = new HeldUploads(() -> {});
        try (var memory = memory(packed);
                var cache = new AdapterCache(memory.memory(), EngineListener.NONE, uploads)) {
            cache.bring(packed);
            uploads.fail(new IllegalStateException("the card refused"));
            assertThatThrownBy(() -> cache.acquire(packed)).hasRootCauseMessage("the card refused");
            assertThat(cache.ranks()).containsExactly(0, 0);
            assertThat(cache.bring(packed)).isTrue();
            uploads.arrive();
            assertThat(cache.acquire(packed)).isNotNull();
        }
    }

    @Test
    void nothingIsReadOfAnAdapterThatWasClosed() {
        var packed = packed(4);
        var uploads = new HeldUploads(() -> {});
        try (var memory = memory(packed);
                var cache = new AdapterCache(memory.memory(), EngineListener.NONE, uploads)) {
            cache.bring(packed);
            adapters.removeFirst().close();
            uploads.arrive();
            assertThat(cache.acquire(packed)).isNull();
            assertThat(cache.ranks()).containsExactly(0, 0);
        }
    }

    @Test
    void thoseAheadPushOutNeitherEachOtherNorWhatIsUsed() {
        var all = List.of(packed(4), packed(4), packed(4), packed(4));
        var uploads = new HeldUploads(() -> {});
        try (var memory = memory(all.get(0), all.get(1), all.get(2));
                var cache = new AdapterCache(memory.memory(), EngineListener.NONE, uploads)) {
            cache.bring(all.getFirst());
            uploads.arrive();
            assertThat(cache.acquire(all.getFirst())).isNotNull();
            for (int time = 0; time < 3; time++) {
                cache.bringAhead(all.subList(1, 4), 0);
                while (uploads.count() > 0) {
                    uploads.arrive();
                }
            }
            assertThat(cache.acquire(all.get(1))).isNotNull();
            assertThat(cache.acquire(all.get(2))).isNotNull();
            assertThat(cache.acquire(all.get(3))).as("there is no room for it").isNull();
        }
    }
}
