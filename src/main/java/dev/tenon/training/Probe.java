package dev.tenon.training;

import dev.tenon.method.Tuned;
import dev.tenon.model.CausalModel;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Head;
import dev.tenon.model.Hooks;
import dev.tenon.model.Network;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.text.ChatFormat;
import dev.tenon.text.ChatMessage;
import dev.tenon.text.EncoderFormat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows by how much an adapter moves the scores after a prompt: zero would mean that it has no effect. */
record Probe(Network model, Path base, int longest) {
    private static final String PROMPT = "Hello! How can you help me?";

    Map<String, Object> of(Tuned tuned, @Nullable String asked) {
        String prompt = asked == null ? PROMPT : asked;
        try (var scope = Scope.open()) {
            var sequences = Sequences.of(
                    List.of(Arrays.stream(ids(prompt)).asLongStream().toArray()));
            // the head is the same on both sides, so that only the adapter can make a difference
            Tensor before = scores(sequences, Hooks.NONE, tuned);
            Tensor after = scores(sequences, tuned.adapter().hooks(), tuned);
            return Map.of(
                    "prompt",
                    prompt,
                    "maxLogitChange",
                    after.sub(before).abs().max().item());
        }
    }

    private int[] ids(String prompt) {
        if (model instanceof CausalModel) {
            try (var format = ChatFormat.load(base)) {
                return format.prompt(List.of(ChatMessage.of("user", prompt)), null);
            }
        }
        try (var format = EncoderFormat.load(base)) {
            return format.text(prompt, longest);
        }
    }

    private Tensor scores(Sequences sequences, Hooks hooks, Tuned tuned) {
        Tensor hidden = model.hidden(sequences, hooks);
        Head head = tuned.head() == null ? null : tuned.head().head();
        return head == null ? model.logits(hidden, hooks) : head.logits((EncoderModel) model, hidden, hooks);
    }
}
