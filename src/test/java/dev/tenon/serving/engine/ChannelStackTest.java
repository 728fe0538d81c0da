package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Adapter;
import dev.tenon.method.TinyTask;
import dev.tenon.model.ChannelPlace;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.model.Site;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Vectors of many adapters over a batch, site by site, against each adapter's own hooks over its own tokens: to the last bit. */
class ChannelStackTest {
    /** The adapter of every token, 0 is none: some stand before the first and behind the last one that has any. */
    private static final List<Integer> TOKENS = List.of(0, 0, 3, 1, 2, 2, 0, 4, 5, 1, 0);

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16"})
    void everyTokenOfADecoderIsComputedAsAlone(DType type) {
        try (var model = TinyDecoder.model(Device.parse(TinyDecoder.DEVICE), type)) {
            compare(model, settings("q_proj"));
        }
    }

    @Test
    void everyTokenOfAnEncoderIsComputedAsAlone() {
        try (var model = TinyTask.encoder()) {
            compare(model, settings("query"));
        }
    }

    private static List<Map<String, Object>> settings(String query) {
        return List.of(
                Map.of("method", "ia3"),
                Map.of("method", "ssf"),
                Map.of("method", "bitfit"),
                Map.of("method", "lntuning"),
                Map.of("method", "ssf", "target_modules", List.of(query), "norms", false, "shift", "biases"));
    }

    private static void compare(Network model, List<Map<String, Object>> settings) {
        var adapters = new ArrayList<Adapter>();
        for (int i = 0; i < settings.size(); i++) {
            adapters.add(TinyDecoder.adapter(model, settings.get(i), i, 0.5));
        }
        try (var scope = Scope.open();
                var stack = stack(model, adapters)) {
            int first = 2;
            int end = 10;
            long[] rows = TOKENS.subList(first, end).stream().mapToLong(i -> i).toArray();
            var joined = new ChannelHooks(stack, Tensors.of(rows, model.device(), rows.length), first);
            for (Site site : model.sites().values()) {
                if (site instanceof LinearSite linear) {
                    compare(adapters, tokens(model, linear.in()), joined, (hooks, x) -> hooks.linear(linear, x));
                } else if (site instanceof NormSite norm) {
                    long width = norm.weight().elements();
                    compare(adapters, tokens(model, width), joined, (hooks, x) -> hooks.norm(norm, x));
                }
            }
        }
        adapters.forEach(Adapter::close);
    }

    private static ChannelStack stack(Network model, List<Adapter> adapters) {
        var places = new LinkedHashSet<ChannelPlace>();
        adapters.forEach(
                adapter -> places.addAll(adapter.hooks().channelsOnly(model).keySet()));
        var stack = new ChannelStack(model, places, 1 + adapters.size());
        for (int i = 0; i < adapters.size(); i++) {
            stack.put(i + 1, adapters.get(i).hooks().channelsOnly(model));
        }
        return stack;
    }

    private interface At {
        Tensor of(Hooks hooks, Tensor x);
    }

    private static Tensor tokens(Network model, long width) {
        return Tensors.uniform(new SplittableRandom(width), -2, 2, TOKENS.size(), width)
                .to(model.device())
                .to(model.type());
    }

    private static void compare(List<Adapter> adapters, Tensor x, Hooks joined, At site) {
        try (var scope = Scope.open()) {
            Tensor before = x.copy();
            Tensor together = site.of(joined, x);
            assertThat(x.toFloats()).isEqualTo(before.toFloats());
            assertThat(together.dtype()).isEqualTo(x.dtype());
            for (int i = 0; i < TOKENS.size(); i++) {
                int number = TOKENS.get(i);
                Hooks own = number == 0 ? Hooks.NONE : adapters.get(number - 1).hooks();
                // the whole batch again, as a product of one token may add up in another order
                Tensor alone = site.of(own, x).slice(0, i, i + 1);
                assertThat(together.slice(0, i, i + 1).toFloats())
                        .as("token " + i)
                        .containsExactly(alone.toFloats());
            }
        }
    }
}
