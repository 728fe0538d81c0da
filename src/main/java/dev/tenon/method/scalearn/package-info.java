/**
 * ScaLearn (Frohmann et al. 2024, arXiv:2310.01217): a task is learned by scaling what finished adapters of other tasks
 * add. Of n bottleneck adapters {@code u_s(h) = U_s act(D_s h)}, all frozen, a part of block l adds {@code Σ_s ω_{l,s} ⊙
 * u_{l,s}(h)}, and only ω is trained: {@code [layers, n, hidden]}, for {@code scalearn_pp} {@code [n, hidden]} shared by
 * all layers, for {@code uniform} {@code [layers, n]}, for {@code uniform_pp} {@code [n]}. There is neither a softmax nor
 * a sum that the scales must keep. It starts normal about c / n with deviation 0.001 and is itself dropped out.
 *
 * <p>Since the activation works on single values, the n bottlenecks are one n times as wide whose last layer is {@code
 * [diag(ω₁) U₁, …, diag(ωₙ) Uₙ]}: it is computed so, in training too. For tasks with few examples near tasks whose
 * adapters are there.
 */
@NullMarked
package dev.tenon.method.scalearn;

import org.jspecify.annotations.NullMarked;
