package dev.tenon.model;

/**
 * Where an adapter has a vector of one float32 value a channel, {@code [width]}.
 *
 * @param path of a linear layer or a norm
 */
public record ChannelPlace(String path, Role role) {
    /**
     * What a vector does. With all of them a linear layer is {@code y = o ⊙ (W (i ⊙ x) + b) + s}, a norm {@code y = o ⊙
     * norm(x; w, c) + s}.
     */
    public enum Role {
        /** {@code i [in]}, what a linear layer is fed with times this. */
        INPUT,
        /** {@code o [out]}, what a layer or norm gives times this. */
        OUTPUT,
        /** {@code s [out]}, what is added to that, as exact as the model's type is. */
        SHIFT,
        /** {@code w [hidden]} in place of a norm's weight, as exact as the model's type is. */
        WEIGHT,
        /** {@code c [hidden]} in place of a layer norm's bias, as exact as the model's type is. */
        BIAS
    }
}
