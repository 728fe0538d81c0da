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

/** Choices of {@code text_completion}: whole answers and chunks have the same shape. */
@Component
final class CompletionForm implements AnswerForm {
    @Override
    public String idPrefix() {
        return "cmpl-";
    }

    @Override
    public String object() {
        return "text_completion";
    }

    @Override
    public String chunkObject() {
        return "text_completion";
    }

    @Override
    public Map<String, @Nullable Object> choice(
            int index, String text, GenerationResult result, @Nullable List<TokenLogprob> logprobs) {
        return choice(index, text, logprobs, text.length() - result.text().length(), AnswerForm.word(result));
    }

    @Override
    public @Nullable Map<String, @Nullable Object> opening(int index) {
        return null;
    }

    @Override
    public Map<String, @Nullable Object> delta(int index, Piece piece, boolean logprobs, int offset) {
        return choice(index, piece.text(), logprobs ? piece.logprobs() : null, offset, null);
    }

    @Override
    public Map<String, @Nullable Object> closing(int index, GenerationResult result) {
        return choice(index, "", null, 0, AnswerForm.word(result));
    }

    private static Map<String, @Nullable Object> choice(
            int index, String text, @Nullable List<TokenLogprob> logprobs, int offset, @Nullable String finish) {
        var choice = new LinkedHashMap<String, @Nullable Object>();
        choice.put("text", text);
        choice.put("index", index);
        choice.put("logprobs", logprobs == null ? null : logprobs(logprobs, offset));
        choice.put("finish_reason", finish);
        return choice;
    }

    private static Map<String, Object> logprobs(List<TokenLogprob> tokens, int offset) {
        var texts = new ArrayList<String>();
        var values = new ArrayList<Double>();
        var tops = new ArrayList<Map<String, Double>>();
        var offsets = new ArrayList<Integer>();
        int at = offset;
        for (var token : tokens) {
            texts.add(token.token().text());
            values.add(token.logprob());
            offsets.add(at);
            at += token.token().text().length();
            var top = new LinkedHashMap<String, Double>();
            token.top().forEach(other -> top.put(other.token().text(), other.logprob()));
            tops.add(top);
        }
        return Map.of("tokens", texts, "token_logprobs", values, "top_logprobs", tops, "text_offset", offsets);
    }
}
