/**
 * HRA, Householder reflection adaptation (Yuan, Liu and Xu 2024, arXiv:2405.17484): the inputs of a layer are turned by
 * a chain of reflections, {@code y = x (H₁ H₂ … Hᵣ)ᵀ Wᵀ + b} with {@code Hᵢ = I − 2 uᵢuᵢᵀ / |uᵢ|²} and {@code u [in,
 * rank]}, so that lengths and angles of what the layer tells apart stay. An even rank starts with pairs of equal
 * reflections, which undo each other; an odd one, and one with orthogonal reflections, cannot start as the base. The chain
 * is computed at once as {@code I − U T Uᵀ} with {@code T⁻¹ = I / 2 + striu(UᵀU)} for columns of length one (Joffrain et
 * al. 2006, Accumulating Householder transformations, revisited). That is a LoRA of this rank and a small triangular
 * system a layer, so that at equal size, which is twice the rank, a step takes longer. Folds without loss: {@code W' = W H₁ … Hᵣ}. For keeping
 * what the base knows while it learns a new task with few parameters.
 */
@NullMarked
package dev.tenon.method.hra;

import org.jspecify.annotations.NullMarked;
