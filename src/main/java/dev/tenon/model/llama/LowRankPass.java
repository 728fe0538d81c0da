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
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A forward pass through blocks with low-rank pairs that keeps exactly what its hand-derived backward pass reads. */
final class LowRankPass implements LowRankGradients.Pass {
    /** Linear layers of a block, in the kernels' order. */
    private static final int SITES = 7;

    private final List<DecoderBlock> blocks;
    private final List<Tensor> rotary;
    private final List<Operands> operands;
    private final List<List<Tensor>> saved = new ArrayList<>();
    private final List<Tensor> norm;

    private record Operands(List<@Nullable LowRankPair> pairs, List<Tensor> a, List<Tensor> b) {}

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
        operands = operands(blocks, pairs, type);
        Tensor none = Tensors.zeros(DType.F32, embedded.device(), 0);
        for (var block : blocks) {
            var own = operands.get(saved.size());
            var kept = withWeights(
                    block,
                    x,
                    (weights, input) -> Kernels.callList(
                            "llama_block_forward",
                            input,
                            weights,
                            biases(block, none),
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
        var found = new LinkedList<List<Tensor>>();
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
            found.addFirst(gradients.subList(1, gradients.size()));
        }
        var gradients = ofPairs(found);
        found.forEach(block -> block.forEach(Tensor::close));
        return gradients;
    }

    /** By the pairs' tensors, their gradients in float, from those of the operands by block. */
    private IdentityHashMap<Tensor, Tensor> ofPairs(List<List<Tensor>> byBlock) {
        var found = new IdentityHashMap<Tensor, Tensor>();
        for (int place = 0; place < SITES; place++) {
            var pairs = new ArrayList<LowRankPair>();
            var a = new ArrayList<Tensor>();
            var b = new ArrayList<Tensor>();
            for (int block = 0; block < byBlock.size(); block++) {
                var pair = operands.get(block).pairs().get(place);
                if (pair != null) {
                    pairs.add(pair);
                    a.add(byBlock.get(block).get(2 * place));
                    b.add(byBlock.get(block).get(2 * place + 1));
                }
            }
            if (!pairs.isEmpty()) {
                var da = cast(a, ones(pairs.size()), DType.F32);
                var db = cast(b, scales(pairs), DType.F32);
                for (int i = 0; i < pairs.size(); i++) {
                    found.put(pairs.get(i).a(), da.get(i));
                    found.put(pairs.get(i).b(), db.get(i));
                }
            }
        }
        return found;
    }

    /** The pairs of every block in the kernels' order and type; an absent pair has rank 0. */
    private static List<Operands> operands(List<DecoderBlock> blocks, Map<String, LowRankPair> all, DType type) {
        var pairs = new ArrayList<List<@Nullable LowRankPair>>();
        var a = new ArrayList<List<Tensor>>();
        var b = new ArrayList<List<Tensor>>();
        for (int place = 0; place < SITES; place++) {
            var sites = new ArrayList<LinearSite>();
            for (var block : blocks) {
                sites.add(block.linears().get(place));
            }
            var found = new ArrayList<@Nullable LowRankPair>();
            sites.forEach(site -> found.add(all.get(site.path())));
            pairs.add(found);
            a.add(cast(parts(sites, all, true), ones(sites.size()), type));
            b.add(cast(parts(sites, all, false), scales(found), type));
        }
        var operands = new ArrayList<Operands>();
        for (int layer = 0; layer < blocks.size(); layer++) {
            int here = layer;
            var own = new ArrayList<@Nullable LowRankPair>();
            pairs.forEach(list -> own.add(list.get(here)));
            operands.add(new Operands(
                    own,
                    a.stream().map(list -> list.get(here)).toList(),
                    b.stream().map(list -> list.get(here)).toList()));
        }
        return operands;
    }

    private static List<Tensor> parts(List<LinearSite> sites, Map<String, LowRankPair> all, boolean first) {
        return sites.stream()
                .map(site -> {
                    var pair = all.get(site.path());
                    if (pair == null) {
                        var device = site.matrix().device();
                        return first
                                ? Tensors.zeros(DType.F32, device, 0, site.in())
                                : Tensors.zeros(DType.F32, device, site.out(), 0);
                    }
                    return first ? pair.a() : pair.b();
                })
                .toList();
    }

    private static List<Tensor> cast(List<Tensor> parts, double[] factors, DType type) {
        long[] shape = parts.getFirst().shape();
        boolean alike = parts.stream().allMatch(part -> Arrays.equals(part.shape(), shape));
        return Kernels.callList("cast_together", parts, factors, alike, type);
    }

    private static double[] ones(int count) {
        var ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static double[] scales(List<? extends @Nullable LowRankPair> pairs) {
        return pairs.stream()
                .mapToDouble(pair -> pair != null ? pair.scale() : 1)
                .toArray();
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
        var projections = block.projections().weight();
        return List.of(
                block.inputNorm().weight(),
                projections != null ? projections : joined(block.projections(), LinearSite::weight),
                block.output().weight(),
                block.forwardNorm().weight(),
                block.gate().weight(),
                block.up().weight(),
                block.down().weight());
    }

    private static Tensor joined(JoinedLinears layers, Function<LinearSite, @Nullable Tensor> part) {
        return Tensor.cat(
                layers.sites().stream().map(part).filter(Objects::nonNull).toList(), 0);
    }

    /** The biases of a block's layers, {@code none} where there is no bias. */
    private static List<Tensor> biases(DecoderBlock block, Tensor none) {
        var projections = block.projections().bias();
        boolean apart = projections == null && block.query().bias() != null;
        return Stream.of(
                        apart ? joined(block.projections(), LinearSite::bias) : projections,
                        block.output().bias(),
                        block.gate().bias(),
                        block.up().bias(),
                        block.down().bias())
                .map(bias -> bias != null ? bias : none)
                .toList();
    }
}
