/**
 * CorDA (Yang et al. 2024, arXiv:2406.05223): LoRA that starts as the part of the layer's matrix which matters most, or
 * least, for chosen data. With the covariance {@code C [in, in]} of a layer's inputs on calibration examples, {@code W C =
 * U S Vᵀ}; r of its columns make {@code B = U_r √S_r [out, rank]} and {@code A = √S_r V_rᵀ C⁻¹ [rank, in]}, and the layer
 * keeps {@code W − B A}. The strongest columns of the task's data learn it fast (ipm); the weakest of knowledge data leave
 * that knowledge alone (kpm). When data describe what is to be learnt, or kept, and LoRA forgets too much. C is damped
 * until its inverse is exact enough; the start is exact all the same. A folder holds the plain LoRA {@code [A; A₀], [B,
 * −B₀]} of twice the rank, which computes the same on the unchanged base.
 */
@NullMarked
package dev.tenon.method.corda;

import org.jspecify.annotations.NullMarked;
