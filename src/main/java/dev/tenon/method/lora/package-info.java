/**
 * Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685): {@code y = x Wᵀ + s · (x Aᵀ) Bᵀ} with {@code A [rank, in]},
 * {@code B [out, rank]} and {@code s = alpha / rank}, or {@code alpha / √rank} when rank-stabilised (Kalajdzievski 2023,
 * arXiv:2312.03732). B starts at zero, so that the adapted model starts as the base. The default for every dataset: it
 * trains fast, folds into the weights and is read by every server.
 *
 * <p>Settings of the same package:
 *
 * <ul>
 *   <li>LoRA+ (Hayou et al. 2024, arXiv:2402.12354): B learns {@code lora_plus_ratio} times faster than A. Says nothing
 *       about the adapter, so no file has it.
 *   <li>PiSSA (Meng et al. 2024, arXiv:2404.02948): A and B start as the strongest part of the layer's own matrix, {@code
 *       W ≈ s B₀ A₀}, and the layer keeps {@code W − s B₀ A₀}. Learns faster than a start from zero. It is written as the
 *       plain LoRA {@code [A; A₀], [B, −B₀]} of twice the rank, which computes the same on the unchanged base.
 *   <li>DoRA (Liu et al. 2024, arXiv:2402.09353): {@code y = m / ‖W + s B A‖ · x (W + s B A)ᵀ} with a trained length
 *       {@code m [out]} per row, which starts as the row's own. Often better than LoRA at low ranks; slower to train.
 * </ul>
 */
@NullMarked
package dev.tenon.method.lora;

import org.jspecify.annotations.NullMarked;
