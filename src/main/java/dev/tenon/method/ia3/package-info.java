/**
 * (IA)³, infused adapter by inhibiting and amplifying inner activations (Liu et al. 2022, arXiv:2205.05638): one learned
 * factor a channel. An attention layer's output is scaled, {@code y = l ⊙ (x Wᵀ + b)} with {@code l [out]}; a
 * feed-forward layer's input is, {@code y = (l ⊙ x) Wᵀ + b} with {@code l [in]}. All factors start at one. A few
 * thousand values for a whole model, folded into the weights without loss: for many small tasks with little data.
 */
@NullMarked
package dev.tenon.method.ia3;

import org.jspecify.annotations.NullMarked;
