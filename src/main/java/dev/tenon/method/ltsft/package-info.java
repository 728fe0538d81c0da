/**
 * Lottery-ticket sparse fine-tuning (Ansell et al. 2022, arXiv:2110.07560). A first phase trains every value {@code θ₀ → θ₁};
 * the {@code K} that moved furthest, {@code |θ₁ − θ₀|} over all tensors together, are chosen, everything goes back to
 * {@code θ₀}, and a second phase trains those alone: {@code φ = θ₂ − θ₀}, zero elsewhere. A penalty {@code λ Σ|θ − θ₀| / N}
 * may hold both phases near the base; {@code N} is the number of values that can be chosen. Norms and output heads stay
 * frozen unless they are named, and a head beside the adapter starts again with the second phase. Both phases may come in
 * several rounds, which choose {@code K / rounds} values each and go back to where they began instead of {@code θ₀}.
 *
 * <p>Differences of one base add up, {@code θ₀ + φ_task + φ_language}, and hardly meet, so that a task learnt in one language
 * is taken to another. The first phase takes the memory of full fine-tuning (four floats a value), the second that of
 * {@code K} values; what is kept is {@code K} values and the gaps between their places, eight bytes each.
 */
@NullMarked
package dev.tenon.method.ltsft;

import org.jspecify.annotations.NullMarked;
