package dev.tenon.model;

import dev.tenon.tensor.Tensor;

/**
 * A low-rank update {@code y += scale · (x Aᵀ) Bᵀ} of a linear layer (Hu et al. 2021).
 *
 * @param a {@code [rank, in]}
 * @param b {@code [out, rank]}
 */
public record LowRankPair(Tensor a, Tensor b, double scale) {}
