package dev.tenon.model;

import dev.tenon.tensor.Kernels;
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
public record LowRankPair(
        Tensor a, Tensor b, double scale, @Nullable LowRankPair start) {
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

    /** This update so many times. */
    public LowRankPair times(double factor) {
        return new LowRankPair(a, b, scale * factor, start);
    }

    /** The update of inputs {@code x [tokens, in]} alone, {@code [tokens, out]}. */
    public Tensor of(Tensor x) {
        LowRankPair whole = joined();
        return Kernels.call("low_rank", x, whole.a, whole.b, scale);
    }

    /** {@code y [tokens, out]}, whose memory may be used, and the update of its inputs, some of which are dropped. */
    public Tensor addTo(Tensor y, Tensor x, double dropout) {
        return Kernels.call("add_low_rank", withoutStart(y, x), x, a, b, scale, dropout);
    }

    /** {@code y [tokens, out]}, whose memory may be used, less what the start gives for its inputs. */
    public Tensor withoutStart(Tensor y, Tensor x) {
        return start == null ? y : Kernels.call("add_low_rank", y, x, start.a, start.b, -scale, 0.0);
    }

    /** A matrix {@code [out, in]} with the update folded in, in its type. */
    public Tensor foldedInto(Tensor matrix) {
        LowRankPair whole = joined();
        return Kernels.call("fold_low_rank", matrix, whole.b, whole.a, scale);
    }
}
