package dev.tenon.method.language;

import dev.tenon.method.Bottleneck;
import dev.tenon.tensor.Tensor;
import java.util.List;

/**
 * The additive coupling of NICE (Dinh et al. 2014): {@code y₁ = x₁ + F(x₂)}, {@code y₂ = x₂ + G(y₁)} on the halves of a
 * row. It is undone exactly and its Jacobian's determinant is one, whatever F and G are.
 *
 * @param f from {@code [tokens, hidden / 2]} to the same
 * @param g from {@code [tokens, hidden / 2]} to the same
 */
record Coupling(Bottleneck f, Bottleneck g) {
    /** {@code [tokens, hidden]} to the same. */
    Tensor forward(Tensor x) {
        long half = x.size(-1) / 2;
        Tensor second = x.slice(1, half, 2 * half);
        Tensor first = x.slice(1, 0, half).add(f.apply(second, 0));
        return Tensor.cat(List.of(first, second.add(g.apply(first, 0))), 1);
    }

    /** The way back. */
    Tensor inverse(Tensor y) {
        long half = y.size(-1) / 2;
        Tensor first = y.slice(1, 0, half);
        Tensor second = y.slice(1, half, 2 * half).sub(g.apply(first, 0));
        return Tensor.cat(List.of(first.sub(f.apply(second, 0)), second), 1);
    }
}
