package dev.tenon.method.lora;

import dev.tenon.method.ParameterSet;
import dev.tenon.model.LowRankPair;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;

/**
 * PiSSA (Meng et al. 2024, arXiv:2404.02948): a pair starts as the strongest part of its layer's matrix, {@code A₀ =
 * √(S/s) Vᵀ} and {@code B₀ = U √(S/s)} of {@code W ≈ U S Vᵀ}, and the layer keeps {@code W − s B₀ A₀}. The matrix itself
 * is shared and stays as it is: the frozen pair is kept and taken off the layer's output.
 */
final class PrincipalStart {
    private static final String START_A = ".start_A";
    private static final String START_B = ".start_B";

    private PrincipalStart() {}

    static LowRankPair keep(LoraAdapter adapter, String path, ParameterSet tensors) {
        LoraConfig config = adapter.config();
        double scale = config.scaleAt(path);
        var parts = parts(adapter.baseTensor(path + ".weight"), path, config, scale);
        return new LowRankPair(
                tensors.keep(path + START_A, parts.getFirst()), tensors.keep(path + START_B, parts.getLast()), scale);
    }

    private static List<Tensor> parts(Tensor weight, String path, LoraConfig config, double scale) {
        int rank = config.rankAt(path);
        if (config.pissaIterations() == 0) {
            return Kernels.callList("principal_pair", weight, rank, scale);
        }
        var random = ParameterSet.random(0, path + START_A);
        Tensor start = Tensors.randn(random, weight.size(1), rank).to(weight.device());
        return Kernels.callList("principal_pair_iterated", weight, start, config.pissaIterations(), scale);
    }
}
