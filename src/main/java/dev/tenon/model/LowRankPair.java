package dev.tenon.model;

import dev.tenon.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A low-rank update {@code y += scale · (x Aᵀ) Bᵀ} of a linear layer (Hu et al. 2021).
 *
 * @param a {@code [rank, in]}
 * @param b {@code [out, rank]}
 * @param start the frozen pair that this one began as where it began as a part of the layer's own matrix: that part is
 *     taken off again, {@code y −= scale · (x A₀ᵀ) B₀ᵀ}; or null
 */
public record LowRankPair(Tensor a, Tensor b, double scale, @Nullable LowRankPair start) {
    public LowRankPair(Tensor a, Tensor b, double scale) {
        this(a, b, scale, null);
    }

    public long rank() {
        return a.size(0);
    }

    /** The same update as one pair without a start, {@code [A; A₀]} and {@code [B, −B₀]}. */
    public LowRankPair joined() {
        return start == null
                ? this
                : new LowRankPair(
                        Tensor.cat(List.of(a, start.a), 0), Tensor.cat(List.of(b, start.b.mul(-1)), 1), scale);
    }
}
