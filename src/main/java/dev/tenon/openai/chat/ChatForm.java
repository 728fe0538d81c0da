package dev.tenon.openai.chat;

import dev.tenon.serving.GenerationResult;
import dev.tenon.serving.Piece;
import dev.tenon.serving.TokenLogprob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Choices of {@code chat.completion}; {@code refusal} and {@code logprobs} are required keys, null here. */
@Component
final class ChatForm implements AnswerForm {
    @Override
    public String idPrefix() {
        return "chatcmpl-";
    }

    @Override
    public String object() {
        return "chat.completion";
    }

    @Override
    public String chunkObject() {
        return "chat.completion.chunk";
    }

    @Override
    public Map<String, @Nullable Object> choice(
            int index, String text, GenerationResult result, @Nullable List<TokenLogprob> logprobs) {
        var message = new LinkedHashMap<String, @Nullable Object>();
        message.put("role", "assistant");
        message.put("content", text);
        message.put("refusal", null);
        var choice = new LinkedHashMap<String, @Nullable Object>();
        choice.put("index", index);
        choice.put("message", message);
        choice.put("logprobs", logprobs == null ? null : logprobs(logprobs));
        choice.put("finish_reason", AnswerForm.word(result));
        return choice;
    }

    @Override
    public Map<String, @Nullable Object> opening(int index) {
        var delta = new LinkedHashMap<String, @Nullable Object>();
        delta.put("role", "assistant");
        delta.put("content", "");
        delta.put("refusal", null);
        return chunk(index, delta, null, null);
    }

    @Override
    public Map<String, @Nullable Object> delta(int index, Piece piece, boolean logprobs, int offset) {
        return chunk(index, Map.of("content", piece.text()), logprobs ? logprobs(piece.logprobs()) : null, null);
    }

    @Override
    public Map<String, @Nullable Object> closing(int index, GenerationResult result) {
        return chunk(index, Map.of(), null, AnswerForm.word(result));
    }

    private static Map<String, @Nullable Object> chunk(
            int index, Map<String, ?> delta, @Nullable Object logprobs, @Nullable String finish) {
        var choice = new LinkedHashMap<String, @Nullable Object>();
        choice.put("index", index);
        choice.put("delta", delta);
        choice.put("logprobs", logprobs);
        choice.put("finish_reason", finish);
        return choice;
    }

    private static Map<String, @Nullable Object> logprobs(List<TokenLogprob> tokens) {
        var content = new ArrayList<Object>();
        for (var token : tokens) {
            var entry = token(token.token(), token.logprob());
            entry.put(
                    "top_logprobs",
                    token.top().stream()
                            .map(other -> token(other.token(), other.logprob()))
                            .toList());
            content.add(entry);
        }
        var logprobs = new LinkedHashMap<String, @Nullable Object>();
        logprobs.put("content", content);
        logprobs.put("refusal", null);
        return logprobs;
    }

    private static Map<String, Object> token(TokenLogprob.Spelling token, double logprob) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("token", token.text());
        entry.put("logprob", logprob);
        entry.put("bytes", token.bytes());
        return entry;
    }
}
