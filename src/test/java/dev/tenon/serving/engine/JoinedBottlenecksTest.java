package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Adapter;
import dev.tenon.model.BranchSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.RowTokens;
import dev.tenon.model.Site;
import dev.tenon.model.Span;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters of bottlenecks are joined while they run, each with its own effect on its own tokens alone. */
class JoinedBottlenecksTest extends OnTinyDecoder {
    private static final long PLENTY = 1 << 24;
    private final List<EngineAdapter> made = new ArrayList<>();
    private final InPages pages = new InPages(model);
    private final Map<EngineAdapter, Adapter> alone = new LinkedHashMap<>();

    @AfterEach
    void close() {
        pages.close();
        made.forEach(EngineAdapter::close);
        alone.values().forEach(Adapter::close);
    }

    /** The engine owns one of two equal adapters, the other is asked alone. */
    private EngineAdapter adapter(Map<String, Object> settings) {
        int seed = made.size();
        var ready = EngineAdapter.of(model, TinyDecoder.adapter(model, settings, seed, 0.4), "b" + seed);
        made.add(pages.put(ready));
        alone.put(ready, TinyDecoder.adapter(model, settings, seed, 0.4));
        return ready;
    }

    private static Map<String, Object> settings(int width, Object... more) {
        var settings = new LinkedHashMap<String, Object>(Map.of("method", "bottleneck", "width", width));
        for (int i = 0; i < more.length; i += 2) {
            settings.put((String) more[i], more[i + 1]);
        }
        return settings;
    }

    private static Map<String, Object> any(SplittableRandom random) {
        if (random.nextInt(4) == 0) {
            return Map.of("method", "language", "reduction_factor", random.nextInt(2, 9));
        }
        var settings = new LinkedHashMap<>(settings(random.nextInt(1, 20)));
        settings.put("form", random.nextBoolean() ? "series" : "parallel");
        settings.put("placement", List.of("attention", "feed_forward", "both").get(random.nextInt(3)));
        settings.put(
                "activation",
                List.of("identity", "relu", "gelu", "gelu_new", "tanh", "silu").get(random.nextInt(6)));
        settings.put("scale", random.nextBoolean() ? 1.0 : 0.7);
        settings.put("bias", random.nextBoolean());
        settings.put("learned_scale", random.nextBoolean());
        if (random.nextBoolean()) {
            settings.put("target_modules", List.of("q_proj", "up_proj", "down_proj"));
        }
        return settings;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyTokenIsComputedAsAlone(long chosen) {
        long seed = Long.getLong("tenon.seed", chosen);
        System.out.println("joined bottlenecks, seed " + seed + " (-Dtenon.seed=" + seed + ")");
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 4; i++) {
            var settings = any(random);
            for (int same = random.nextInt(1, 4); same > 0; same--) {
                adapter(settings);
            }
        }
        var spans = new ArrayList<Span>();
        int tokens = 0;
        for (int i = 0; i < 20; i++) {
            var adapter = made.get(random.nextInt(made.size()));
            int count = random.nextInt(3) == 0 ? random.nextInt(1, 70) : 1;
            spans.add(new Span(tokens, count, random.nextInt(5) == 0 ? Hooks.NONE : adapter.hooks()));
            tokens += count;
        }
        try (var scope = Scope.open();
                var joined = new JoinedBottlenecks(model, PLENTY)) {
            joined.seat(Set.copyOf(made));
            assertThat(made)
                    .allSatisfy(
                            adapter -> assertThat(joined.has(adapter.hooks())).isTrue());
            Hooks together = Objects.requireNonNull(joined.over(spans));
            for (Site site : model.sites().values()) {
                compare(site, together, spans, tokens, random);
            }
        }
    }

    private void compare(Site site, Hooks together, List<Span> spans, int tokens, SplittableRandom random) {
        if (site instanceof LinearSite linear) {
            Tensor x = Tensors.uniform(random, -2, 2, tokens, linear.in()).to(model.device());
            Tensor before = x.copy();
            Tensor y = together.linear(linear, x);
            assertThat(x.toFloats()).isEqualTo(before.toFloats());
            for (Span span : spans) {
                Tensor own = own(span).linear(linear, part(x, span));
                assertThat(TensorEngine.distance(part(y, span).toFloats(), own.toFloats()))
                        .as(site.path())
                        .isLessThan(2e-5);
            }
        } else if (site instanceof BranchSite branch) {
            Tensor x = Tensors.uniform(random, -2, 2, tokens, branch.width()).to(model.device());
            Tensor h = Tensors.uniform(random, -2, 2, tokens, branch.width()).to(model.device());
            Tensor y = together.branch(branch, x, h.copy());
            for (Span span : spans) {
                Tensor own = own(span).branch(branch, part(x, span), part(h, span));
                assertThat(TensorEngine.distance(part(y, span).toFloats(), own.toFloats()))
                        .as(site.path())
                        .isLessThan(2e-5);
            }
            Tensor stream = together.residual(branch, x.copy());
            for (Span span : spans) {
                Tensor own = own(span).residual(branch, part(x, span));
                assertThat(TensorEngine.distance(part(stream, span).toFloats(), own.toFloats()))
                        .as(site.path())
                        .isLessThan(2e-5);
            }
        }
    }

    private Hooks own(Span span) {
        return made.stream()
                .filter(adapter -> adapter.hooks() == span.hooks())
                .map(adapter -> Objects.requireNonNull(alone.get(adapter)).hooks())
                .findFirst()
                .orElse(Hooks.NONE);
    }

    private static Tensor part(Tensor x, Span span) {
        return x.slice(0, span.start(), span.start() + span.count()).copy();
    }

    @Test
    void theOperationsOfAStepDoNotGrowWithTheAdapters() {
        for (int i = 0; i < 12; i++) {
            adapter(settings(5 + i % 4, "placement", "both"));
        }
        long few = operations(made.subList(0, 3));
        assertThat(operations(made)).isEqualTo(few);
    }

    /** Results that a step of rows of these adapters in turn, and of the base, leaves in its scope, each of one call, and products in place. */
    private static long operations(List<EngineAdapter> adapters) {
        var rows = new ArrayList<RowTokens>();
        for (int row = 0; row < 12; row++) {
            var hooks = adapters.get(row % adapters.size()).hooks();
            rows.add(new RowTokens(row, new long[] {row + 1}, hooks, 1));
        }
        rows.add(new RowTokens(12, new long[] {3}, Hooks.NONE, 1));
        try (var joined = new JoinedBottlenecks(model, PLENTY);
                var cache = model.cache(13, 32);
                var scope = Scope.open()) {
            joined.seat(Set.copyOf(adapters));
            long before = scope.liveTensors();
            model.step(rows, cache, new PooledMixing(Map.of(), null, List.of(joined)));
            long results = scope.liveTensors() - before;
            var spans = rows.stream()
                    .map(row -> new Span(row.row(), 1, row.hooks()))
                    .toList();
            // and those that change something in place, at each place
            return results
                    + ((NarrowHooks) Objects.requireNonNull(joined.over(spans)))
                            .parts().stream()
                                    .mapToInt(part -> part.tokens().size())
                                    .sum();
        }
    }

    @Test
    void tokensOfOneAdapterThatAreNoNumbersSpoilNoOthers() {
        var one = adapter(settings(4));
        var other = adapter(settings(4));
        var branch = model.sites(BranchSite.class).getLast();
        var spans = List.of(new Span(0, 1, one.hooks()), new Span(1, 3, other.hooks()));
        try (var scope = Scope.open();
                var joined = new JoinedBottlenecks(model, PLENTY)) {
            joined.seat(Set.of(one, other));
            Tensor x = Tensors.uniform(new SplittableRandom(3), -1, 1, 4, branch.width())
                    .to(model.device());
            x.slice(0, 0, 1).copyFrom(Tensors.full(Double.NaN, x.dtype(), x.device(), 1, branch.width()));
            float[] y = part(Objects.requireNonNull(joined.over(spans)).branch(branch, x, x.copy()), spans.get(1))
                    .toFloats();
            float[] own = own(spans.get(1))
                    .branch(branch, part(x, spans.get(1)), part(x, spans.get(1)))
                    .toFloats();
            assertThat(TensorEngine.distance(y, own)).isLessThan(1e-5);
        }
    }

    @Test
    void anAdapterTakesASlotOnlyWhileItRuns() {
        var first = adapter(settings(8));
        var second = adapter(settings(7));
        var third = adapter(settings(6));
        var wide = adapter(settings(20, "activation", "relu"));
        long tensors = Ledger.liveTensors();
        long bytes = Ledger.liveBytes();
        try (var joined = new JoinedBottlenecks(model, PLENTY)) {
            joined.seat(Set.of(first, second, EngineAdapter.NONE));
            long two = Ledger.liveBytes() - bytes;
            assertThat(two).isPositive();
            joined.keepOnly(Set.of(second));
            joined.seat(Set.of(second, third));
            assertThat(joined.has(first.hooks())).isFalse();
            assertThat(Ledger.liveBytes() - bytes).isEqualTo(two);

            joined.seat(Set.of(second, third, wide));
            assertThat(Ledger.liveBytes() - bytes).isGreaterThan(2 * two);
            joined.keepOnly(Set.of(second, third));
            assertThat(Ledger.liveBytes() - bytes).isEqualTo(two);

            joined.keepOnly(Set.of());
            assertThat(Ledger.liveTensors()).isEqualTo(tensors);
        }
    }

    @Test
    void whatHasNoRoomActsOnItsOwnTokens() {
        var first = adapter(settings(8));
        var second = adapter(settings(8));
        var third = adapter(settings(8));
        long two = 2 * Objects.requireNonNull(first.narrow()).bytes(model.type());
        try (var joined = new JoinedBottlenecks(model, two)) {
            joined.seat(Set.of(first, second));
            joined.seat(Set.of(first, second, third));
            assertThat(joined.has(first.hooks())).isTrue();
            assertThat(joined.has(second.hooks())).isTrue();
            assertThat(joined.has(third.hooks())).isFalse();
            joined.keepOnly(Set.of(second, third));
            joined.seat(Set.of(second, third));
            assertThat(joined.has(third.hooks())).isTrue();
        }
    }
}
