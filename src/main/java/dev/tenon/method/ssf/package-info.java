/**
 * SSF, scaling and shifting features (Lian et al. 2022, arXiv:2210.08823): after every linear layer of the blocks and
 * every norm, {@code y = γ ⊙ y + β} with {@code γ, β [out]}, {@code γ ~ N(1, 0.02)} and {@code β ~ N(0, 0.02)}. Near
 * the base at the start, not equal to it. Folds without loss: {@code W' = diag(γ) W}, {@code b' = γ ⊙ b + β}, and for a
 * norm {@code w' = γ ⊙ w}, {@code b' = γ ⊙ b + β}. For data whose features are those of the base at another strength.
 */
@NullMarked
package dev.tenon.method.ssf;

import org.jspecify.annotations.NullMarked;
