/**
 * Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685): {@code y = x Wᵀ + s · (x Aᵀ) Bᵀ} with {@code A [rank, in]},
 * {@code B [out, rank]} and {@code s = alpha / rank}, or {@code alpha / √rank} when rank-stabilised (Kalajdzievski 2023,
 * arXiv:2312.03732). B starts at zero, so that the adapted model starts as the base. The default for every dataset: it
 * trains fast, folds into the weights and is read by every server.
 */
@NullMarked
package dev.tenon.method.lora;

import org.jspecify.annotations.NullMarked;
