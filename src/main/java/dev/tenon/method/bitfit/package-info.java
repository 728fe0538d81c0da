/**
 * BitFit (Ben Zaken et al. 2021, arXiv:2106.10199): the biases are trained, {@code y = x Wᵀ + b} with {@code b [out]}
 * starting as the model's own, and so are the biases of norms that have them; everything else stays frozen. Bases
 * without biases, as most decoders are, are given biases that start at zero, or are refused where that is switched off.
 * For small datasets and for finding out how far the least intrusive change goes.
 */
@NullMarked
package dev.tenon.method.bitfit;

import org.jspecify.annotations.NullMarked;
