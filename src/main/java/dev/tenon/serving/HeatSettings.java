package dev.tenon.serving;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * When an adapter that many ask for is fused, under {@code tenon.serving.heat}. Off unless somebody wishes it: it saves the
 * adapter's own arithmetic in every step, but the copies are as large as the matrices that the adapter touches, for some as
 * large as the base, and steps with rows of others read both.
 *
 * @param fuse whether adapters are fused by heat at all
 * @param above the part of its base's tokens that an adapter must take to be fused
 * @param below the part under which it is batched with the others again
 * @param steady so long it must stay above or below
 * @param halfLife after which a token counts half
 * @param rate tokens per second that it must take at least; prompts count too
 * @param memoryShare the part of {@code tenon.serving.adapter-memory} that such copies may take
 */
@ConfigurationProperties("tenon.serving.heat")
record HeatSettings(
        @DefaultValue("false") boolean fuse,
        @DefaultValue("0.8") double above,
        @DefaultValue("0.5") double below,
        @DefaultValue("30s") Duration steady,
        @DefaultValue("1m") Duration halfLife,
        @DefaultValue("10") double rate,
        @DefaultValue("0.25") double memoryShare) {

    HeatSettings {
        if (!(0 <= below && below < above && above <= 1)) {
            throw new IllegalArgumentException(
                    "tenon.serving.heat: below is %s and above is %s; they must be parts of 1, below the smaller one."
                            .formatted(below, above));
        }
        if (halfLife.toMillis() < 1) {
            throw new IllegalArgumentException("tenon.serving.heat.half-life must be a millisecond at least.");
        }
    }
}
