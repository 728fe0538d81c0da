package dev.tenon.serving;

/**
 * What repeating costs. Presence is taken once, frequency for every use, from the logits of tokens that were generated.
 * Repetition divides the positive and multiplies the negative logits of tokens that were generated or stand in the
 * prompt (CTRL, arXiv 1909.05858).
 *
 * @param repetition 1 costs nothing
 */
public record Penalties(double presence, double frequency, double repetition) {
    public static final Penalties NONE = new Penalties(0, 0, 1);
}
