/**
 * Language adapters (Pfeiffer et al. 2020, MAD-X, arXiv:2005.00052; Gurgurov et al. 2025, arXiv:2502.10140), trained on
 * raw text of one language and then kept below a task's adapter. {@code seq_bn}: where the feed-forward part's output has
 * been added to the residual stream, {@code h + U relu(D h)} with biases, {@code D [m, hidden]}, {@code m = hidden /
 * reduction}. {@code seq_bn_inv}: also a coupling (Dinh et al. 2014, NICE, arXiv:1410.8516) right after the embeddings,
 * {@code y₁ = x₁ + F(x₂)}, {@code y₂ = x₂ + G(y₁)} on the halves of a row, which is undone before the output head. Near
 * the base at the start. For languages or jargons that the base has seen little of.
 */
@NullMarked
package dev.tenon.method.language;

import org.jspecify.annotations.NullMarked;
