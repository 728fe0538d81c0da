package dev.tenon.openai.chat;

import dev.tenon.serving.GenerationResult;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tokens of one HTTP answer: each prompt once, however many choices it has. */
final class Usage {
    private int prompt;
    private int completion;

    void add(GenerationResult result, boolean firstOfPrompt) {
        prompt += firstOfPrompt ? result.promptTokens() : 0;
        completion += result.completionTokens();
    }

    Map<String, Object> json() {
        var json = new LinkedHashMap<String, Object>();
        json.put("prompt_tokens", prompt);
        json.put("completion_tokens", completion);
        json.put("total_tokens", prompt + completion);
        return json;
    }
}
