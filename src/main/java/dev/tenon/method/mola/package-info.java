/**
 * MoLA (Gao et al. 2024, arXiv:2402.08562): several LoRA experts on a linear layer, of which every token takes the best few.
 * With {@code g = softmax(x W_gᵀ) [experts]}, of which the k largest are kept and brought to the sum 1, {@code y = x Wᵀ + s
 * Σ_e g_e (x A_eᵀ) B_eᵀ} with {@code A_e [rank, in]}, {@code B_e [out, rank]} and {@code s = alpha / rank}. Blocks may have
 * different numbers of experts; more in the higher ones learn more for the same parameters. A term of the loss, {@code N
 * Σ_e f_e P_e} by router with the part f of tokens that chose an expert and its mean probability P, keeps experts in use;
 * it is 1 when all are used alike. When a dataset mixes different tasks. The choice depends on the token, so it does not
 * fold into the weights.
 */
@NullMarked
package dev.tenon.method.mola;

import org.jspecify.annotations.NullMarked;
