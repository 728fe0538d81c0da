/**
 * LN-tuning (Qi et al. 2022, arXiv:2211.08682; Zhao et al. 2023, arXiv:2312.11420): the weights, and where there are any
 * the biases, of the norms are trained whole and everything else stays frozen, {@code y = w ⊙ x̂ + b} with {@code w, b
 * [hidden]} starting as the model's own. The smallest change that reaches every block; it folds by copying.
 */
@NullMarked
package dev.tenon.method.lntuning;

import org.jspecify.annotations.NullMarked;
