package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankGradients;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A forward pass through blocks with low-rank pairs that keeps exactly what its hand-derived backward pass reads. */
final class LowRankPass implements LowRankGradients.Pass {
    private final List<DecoderBlock> blocks;
    private final List<Tensor> rotary;
    private final List<Operands> operands = new ArrayList<>();
    private final List<List<Tensor>> saved = new ArrayList<>();
    private final List<Tensor> norm;

    /** The pairs of one block in the kernels' order and type; an absent pair has rank 0. */
    private record Operands(List<@Nullable LowRankPair> pairs, List<Tensor> a, List<Tensor> b, double[] scales) {}

    LowRankPass(
            DecoderConfig config,
            DType type,
            List<DecoderBlock> blocks,
            NormSite finalNorm,
            Tensor embedded,
            long[] lengths,
            List<Tensor> rotary,
            Map<String, LowRankPair> pairs) {
        this.blocks = blocks;
        this.rotary = rotary;
        double scale = 1 / Math.sqrt(config.headSize());
        Tensor x = embedded;
        for (var block : blocks) {
            var own = operands(block, pairs, type);
            operands.add(own);
            var kept = withWeights(
                    block,
                    x,
                    (weights, input) -> Kernels.callList(
                            "llama_block_forward",
                            input,
                            weights,
                            biases(block),
                            own.a(),
                            own.b(),
                            lengths,
                            rotary.getFirst(),
                            rotary.getLast(),
                            config.normEpsilon(),
                            scale,
                            config.windows().get(block.layer())));
            saved.add(kept);
            x = kept.getFirst();
        }
        norm = Kernels.callList("norm_segment", x, finalNorm.weight(), finalNorm.epsilon());
    }

    @Override
    public Tensor hidden() {
        return norm.getLast();
    }

    @Override
    public IdentityHashMap<Tensor, Tensor> backward(Tensor gradient) {
        var found = new IdentityHashMap<Tensor, Tensor>();
        Tensor dx = Kernels.call("norm_segment_gradient", norm.getFirst(), norm.getLast(), gradient);
        for (int layer = blocks.size() - 1; layer >= 0; layer--) {
            var block = blocks.get(layer);
            var own = operands.get(layer);
            var kept = saved.get(layer);
            boolean inner = layer > 0;
            var gradients = withWeights(
                    block,
                    dx,
                    (weights, gradientOut) -> Kernels.callList(
                            "llama_block_backward",
                            gradientOut,
                            kept,
                            weights,
                            own.a(),
                            own.b(),
                            rotary.getFirst(),
                            rotary.getLast(),
                            inner));
            kept.forEach(Tensor::close);
            dx.close();
            dx = gradients.getFirst();
            collect(own, gradients.subList(1, gradients.size()), found);
        }
        return found;
    }

    private static void collect(Operands own, List<Tensor> gradients, IdentityHashMap<Tensor, Tensor> found) {
        var scaled = Kernels.callList("low_rank_gradients", gradients, own.scales());
        gradients.forEach(Tensor::close);
        for (int i = 0; i < own.pairs().size(); i++) {
            var pair = own.pairs().get(i);
            if (pair != null) {
                found.put(pair.a(), scaled.get(2 * i));
                found.put(pair.b(), scaled.get(2 * i + 1));
            }
        }
    }

    private static Operands operands(DecoderBlock block, Map<String, LowRankPair> all, DType type) {
        var pairs = new ArrayList<@Nullable LowRankPair>();
        var a = new ArrayList<Tensor>();
        var b = new ArrayList<Tensor>();
        var sites = block.linears();
        var scales = new double[sites.size()];
        for (int i = 0; i < sites.size(); i++) {
            LinearSite site = sites.get(i);
            var pair = all.get(site.path());
            pairs.add(pair);
            a.add(pair != null ? pair.a() : Tensors.zeros(type, site.matrix().device(), 0, site.in()));
            b.add(pair != null ? pair.b() : Tensors.zeros(type, site.matrix().device(), site.out(), 0));
            scales[i] = pair != null ? pair.scale() : 1;
        }
        var cast = Kernels.callList("low_rank_operands", a, b, scales, type.code());
        return new Operands(pairs, cast.subList(0, sites.size()), cast.subList(sites.size(), cast.size()), scales);
    }

    /** Matrices that are kept in another form are dense for one block at a time. */
    private static List<Tensor> withWeights(
            DecoderBlock block, Tensor x, BiFunction<List<Tensor>, Tensor, List<Tensor>> compute) {
        try (var scope = Scope.open()) {
            var results = compute.apply(weights(block), x);
            results.forEach(scope::keep);
            return results;
        }
    }

    private static List<Tensor> weights(DecoderBlock block) {
        return List.of(
                block.inputNorm().weight(),
                block.query().weight(),
                block.key().weight(),
                block.value().weight(),
                block.output().weight(),
                block.forwardNorm().weight(),
                block.gate().weight(),
                block.up().weight(),
                block.down().weight());
    }

    private static List<Tensor> biases(DecoderBlock block) {
        return block.linears().stream()
                .map(site -> {
                    var bias = site.bias();
                    return bias != null
                            ? bias
                            : Tensors.zeros(DType.F32, site.matrix().device(), 0);
                })
                .toList();
    }
}
