/**
 * AdaLoRA (Zhang et al. 2023, arXiv:2303.10512): {@code y = x Wᵀ + s · x (P diag(λ) Q)ᵀ} with {@code P [out, rank]},
 * {@code λ [rank]}, {@code Q [rank, in]} and {@code s = alpha / initial rank}. A penalty keeps P and Q near orthogonal, so
 * that λ acts as singular values, which start at zero. All layers share one budget of ranks: while it shrinks from the
 * initial to the target rank, the triplets that matter least for the loss, by a smoothed sensitivity {@code |w · ∂L/∂w|},
 * are set to zero, wherever they are. When some layers need more than others and nobody knows which; needs a few hundred
 * steps. Files are PEFT's, with {@code lora_B} for P, {@code lora_E} for λ and {@code lora_A} for Q, without the ranks
 * that were cut.
 */
@NullMarked
package dev.tenon.method.adalora;

import org.jspecify.annotations.NullMarked;
