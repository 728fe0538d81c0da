/**
 * Partial connection adaptation (Woo et al. 2025, arXiv:2503.01905): {@code r} columns of each matrix, drawn at random, are
 * trained in place: {@code W[:, I] = s P} with {@code P [out, r]}, {@code s = alpha / r} and {@code P = W[:, I] / s} in the
 * beginning. As an update it is {@code y += x[:, I] Δᵀ} with {@code Δ = s P − W[:, I]}, a LoRA whose A picks inputs and is
 * not trained, so that it is served, summed and exported as one. Its gradient {@code dP = s dYᵀ x[:, I]} needs {@code r} of
 * a layer's inputs and no more. For the same number of trained values r is about twice LoRA's.
 */
@NullMarked
package dev.tenon.method.paca;

import org.jspecify.annotations.NullMarked;
