package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The written-out gradient against the tape: packed documents, windows, biases, unequal ranks and missing pairs. */
class LowRankGradientTest {
    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    /** Low-rank pairs computed with everyday operations, which a tape records. */
    private record Plain(Map<String, LowRankPair> pairs) implements Hooks {
        @Override
        public Tensor linear(LinearSite site, Tensor x) {
            Tensor y = site.base(x);
            var pair = pairs.get(site.path());
            return pair == null
                    ? y
                    : y.add(x.matmul(pair.a().transpose(0, 1))
                            .matmul(pair.b().transpose(0, 1))
                            .mul(pair.scale()));
        }
    }

    @ParameterizedTest(name = "heads {0}/{1}, window {2}, biases {3}, seed {4}")
    @CsvSource({"4,4,0,false,1", "4,2,0,false,2", "4,2,3,false,3", "4,1,0,true,4", "2,1,2,true,5"})
    void bothWaysGiveTheSameHiddenStatesAndGradients(int heads, int keyHeads, int window, boolean biases, long seed) {
        var config = new DecoderConfig(
                "llama",
                16,
                3,
                heads,
                keyHeads,
                4,
                24,
                32,
                64,
                1e-5,
                true,
                biases,
                biases,
                biases,
                List.of(window, 0, window),
                new RotaryConfig("default", 10_000, 1, 1, 1, 1),
                List.of(2));
        var random = new Random(seed);
        try (var scope = Scope.open();
                var model = Models.random(config, Device.cpu(), DType.F32, seed)) {
            var pairs = pairs(model, random);
            var sequences = Sequences.of(List.of(ids(random, 7), ids(random, 4), ids(random, 9)));
            Tensor direction = Tensors.randn(random, 20, 16);

            var pass = ((LowRankGradients) model).forward(sequences, pairs);
            var written = pass.backward(direction);

            pairs.values().forEach(pair -> {
                pair.a().requireGrad(true);
                pair.b().requireGrad(true);
            });
            try (var tape = Tape.open()) {
                Tensor hidden = model.hidden(sequences, new Plain(pairs));
                assertThat(distance(hidden, pass.hidden())).isLessThan(1e-4);
                tape.backward(hidden.mul(direction).sum());
            }
            assertThat(written).hasSize(2 * pairs.size());
            pairs.forEach((path, pair) -> {
                assertThat(distance(pair.a().grad(), gradient(written, pair.a())))
                        .as(path + " a")
                        .isLessThan(1e-4);
                assertThat(distance(pair.b().grad(), gradient(written, pair.b())))
                        .as(path + " b")
                        .isLessThan(1e-4);
            });
        }
    }

    private static Tensor gradient(Map<Tensor, Tensor> found, Tensor parameter) {
        return java.util.Objects.requireNonNull(found.get(parameter));
    }

    /** Relative to the largest element of the reference. */
    private static double distance(Tensor reference, Tensor ours) {
        return reference.detach().sub(ours.detach()).abs().max().item()
                / Math.max(1e-3, reference.detach().abs().max().item());
    }

    /** A pair on about three of four linear layers of the blocks, ranks 1 to 4, nothing at zero and nothing so large that softmax saturates. */
    private static Map<String, LowRankPair> pairs(CausalModel model, Random random) {
        var pairs = new LinkedHashMap<String, LowRankPair>();
        for (LinearSite site : model.linearSites()) {
            if (site.layer() >= 0 && random.nextInt(4) > 0) {
                int rank = 1 + random.nextInt(4);
                pairs.put(
                        site.path(),
                        new LowRankPair(
                                Tensors.randn(random, rank, site.in()).mul(0.2),
                                Tensors.randn(random, site.out(), rank).mul(0.2),
                                0.1 + random.nextDouble()));
            }
        }
        return pairs;
    }

    private static long[] ids(Random random, int length) {
        return random.longs(length, 0, 32).toArray();
    }
}
