/**
 * DyLoRA (Valipour et al. 2023, arXiv:2210.07558): LoRA of which every first ranks work alone. Each step draws one rank b
 * for all layers, uniformly, and computes {@code y = x Wᵀ + (alpha / b) · (x A[:b]ᵀ) B[:, :b]ᵀ} with {@code A [rank, in]}
 * and {@code B [out, rank]}; either all of the first b ranks learn from it, or only rank b. One training run takes the
 * place of a search for the rank, and the adapter is cut to any rank when it is exported or served. When it is not known
 * how small an adapter may be.
 */
@NullMarked
package dev.tenon.method.dylora;

import org.jspecify.annotations.NullMarked;
