package dev.tenon.serving;

import dev.tenon.serving.json.JsonConstraint;
import dev.tenon.serving.json.JsonConstraints;
import dev.tenon.text.ChatFormat;
import dev.tenon.text.StreamDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One answer in the making, apart from where its logits come from: takes the logits of a step, chooses the token, and
 * knows the text, what may be shown of it, and whether it is finished. Any loop can drive it, alone or in a batch.
 */
final class Row {
    private final Sampling sampling;
    private final ChatFormat format;
    private final Sampler sampler;
    private final StreamDecoder decoder;
    private final StopText stops;
    private final Set<Integer> stopIds;
    private final @Nullable JsonConstraint constraint;
    private final int maxTokens;
    private final StringBuilder text = new StringBuilder();
    private int generated;
    private int last = -1;
    private GenerationResult.@Nullable FinishReason finish;
    private @Nullable TokenLogprob ending;

    Row(Sampling sampling, long seed, ChatFormat format, PromptTokens tokens) {
        this.sampling = sampling;
        this.format = format;
        this.sampler = new Sampler(sampling, seed, tokens.ids());
        this.decoder = format.tokenizer().stream();
        this.stops = new StopText(sampling.stop());
        this.stopIds = Set.copyOf(format.stopIds());
        this.maxTokens = tokens.maxTokens();
        this.constraint = sampling.format() == null
                ? null
                : JsonConstraints.of(sampling.format(), format.tokenizer(), stopIds, maxTokens);
    }

    /** Takes one step's logits {@code [vocabulary]} (used up by the call) and returns what became visible. */
    Piece accept(float[] logits) {
        var raw = sampling.logprobs() >= 0 ? logits.clone() : null;
        sampler.adjust(logits);
        if (constraint != null) {
            constraint.mask(logits, maxTokens - generated);
        }
        return take(sampler.choose(logits), raw);
    }

    /** Whether it takes the likeliest token whatever the logits are. */
    boolean takesLikeliest() {
        return constraint == null && sampling.takesLikeliest();
    }

    /** Takes the likeliest token in place of the logits. */
    Piece accept(int likeliest) {
        return take(likeliest, null);
    }

    private Piece take(int id, float @Nullable [] raw) {
        last = id;
        generated++;
        if (stopIds.contains(id)) {
            ending = raw == null ? null : Logprobs.of(raw, id, sampling.logprobs(), format.tokenizer());
            return end(GenerationResult.FinishReason.STOP, stops.add(decoder.finish()) + stops.finish(), List.of());
        }
        List<TokenLogprob> logprobs = new ArrayList<>();
        if (raw != null) {
            logprobs.add(Logprobs.of(raw, id, sampling.logprobs(), format.tokenizer()));
        }
        var shown = stops.add(decoder.next(id));
        if (stops.stopped()) {
            return end(GenerationResult.FinishReason.STOP, shown, logprobs);
        }
        if (constraint != null) {
            constraint.accept(id);
            if (constraint.complete()) {
                return end(
                        GenerationResult.FinishReason.STOP,
                        shown + stops.add(decoder.finish()) + stops.finish(),
                        logprobs);
            }
        }
        if (generated >= maxTokens) {
            var rest = stops.add(decoder.finish()) + stops.finish();
            var reason = stops.stopped() ? GenerationResult.FinishReason.STOP : GenerationResult.FinishReason.LENGTH;
            return end(reason, shown + rest, logprobs);
        }
        text.append(shown);
        return new Piece(shown, logprobs, false);
    }

    private Piece end(GenerationResult.FinishReason reason, String shown, List<TokenLogprob> logprobs) {
        finish = reason;
        text.append(shown);
        return new Piece(shown, logprobs, true);
    }

    boolean finished() {
        return finish != null;
    }

    /** Tokens so far. */
    int generated() {
        return generated;
    }

    /** The token to feed into the next step. */
    int last() {
        return last;
    }

    GenerationResult result(int promptTokens, String fingerprint) {
        var reason = finish == null ? GenerationResult.FinishReason.LENGTH : finish;
        return new GenerationResult(text.toString(), reason, ending, promptTokens, generated, fingerprint);
    }
}
