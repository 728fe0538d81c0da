/**
 * Compacter (Karimi Mahabadi et al. 2021, arXiv:2106.04647): a bottleneck adapter {@code h + H_up(gelu(H_down(h)))}
 * behind block parts whose two matrices are sums of Kronecker products {@code H = Σᵢ Aᵢ ⊗ (sᵢ tᵢ)}, with {@code i = 1…n},
 * {@code A [n, n, n]} shared by every adapter of the model, {@code s [n, in/n, q]} and {@code t [n, q, out/n]}. Behind
 * both parts of a block it is Compacter, behind the feed-forward part alone Compacter++. {@code 2q(d + m) + m + d} values
 * an adapter and n³ once, against {@code 2dm} of a plain bottleneck; the paper's 0.047 % are Compacter++ with the norms
 * trained as well, which 'train_norms' says here.
 */
@NullMarked
package dev.tenon.method.compacter;

import org.jspecify.annotations.NullMarked;
