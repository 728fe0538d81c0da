/**
 * AdapterFusion (Pfeiffer et al. 2021, arXiv:2005.00247): every token attends to what n finished bottleneck adapters make
 * of it. With {@code u_s [tokens, hidden]} the frozen outputs of the adapters at a part of a block and h what they are
 * added to, {@code p = softmax_s((h Qᵀ + q) · (u_s Kᵀ))} and {@code h + (Σ_s p_s u_s) Vᵀ}; Q, K and V {@code [hidden,
 * hidden]} are trained for every part. Q and K start small and V as the identity, so that it starts as the mean of its
 * sources; V is held near the identity by a term of the loss. For tasks with many examples near tasks whose adapters are
 * there; it trains some hundred times more than ScaLearn.
 *
 * <p>A bias of K would add the same to every score and is left out.
 */
@NullMarked
package dev.tenon.method.fusion;

import org.jspecify.annotations.NullMarked;
