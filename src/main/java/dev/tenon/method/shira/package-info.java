/**
 * Sparse high-rank adapters (Bhardwaj et al. 2024, arXiv:2406.13175): {@code W' = W + S} with {@code S [out, in]} trained on
 * a fixed one or two per cent of the entries, {@code r (in + out)} a matrix, and zero elsewhere. The entries are chosen at
 * random, by size, by gradient, by size times gradient, or as a diagonal with whole rows and columns. S has full rank, is
 * switched in place by writing its entries, and two of them hardly overlap, so that they blend with little interference.
 * In time per step it is LoRA's equal where few entries are chosen, and costs up to another product with the matrix's
 * gradient where many are.
 */
@NullMarked
package dev.tenon.method.shira;

import org.jspecify.annotations.NullMarked;
