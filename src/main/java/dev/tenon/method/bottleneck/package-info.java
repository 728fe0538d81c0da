/**
 * Bottleneck adapters in the forms of LLM-Adapters (Hu et al. 2023, arXiv:2304.01933; Houlsby et al. 2019,
 * arXiv:1902.00751; He et al. 2022, arXiv:2110.04366): {@code a(x) = s · act(x Dᵀ) Uᵀ} with {@code D [width, in]} and
 * {@code U [out, width]}. Series: {@code h + a(h)} on the output {@code h} of a block part or linear layer, or {@code x +
 * a(x)} on the input of a linear layer. Parallel: {@code y + a(x)} beside it. U starts at zero, so that the adapted
 * model starts as the base. The non-linear part cannot be folded into weights; for tasks that a low-rank change of the
 * weights does not reach.
 */
@NullMarked
package dev.tenon.method.bottleneck;

import org.jspecify.annotations.NullMarked;
