package dev.tenon.openai.chat;

import dev.tenon.openai.wire.Allowance;
import dev.tenon.openai.wire.Body;
import dev.tenon.openai.wire.Values;
import dev.tenon.serving.GenerationRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** Reads a plain completion request: one prompt or several, as text or as token ids. */
final class CompletionBody {
    /** Token ids of one prompt. */
    private static final int IDS = 1 << 19;

    /** Each token id is a value. */
    static final Allowance ALLOWANCE = new Allowance(8 << 20, IDS, 1 << 20);

    private static final int PROMPTS = 128;

    private CompletionBody() {}

    static Order read(Body body) {
        var model = body.requiredText("model", 512);
        if (body.has("suffix")) {
            throw ChatBody.unsupported(body, "suffix", "'suffix' (filling in the middle) is not supported.");
        }
        var prompts = prompts(body);
        int n = SamplingBody.choices(body, prompts.size());
        var best = body.smallInteger("best_of", 1, 20);
        if (best != null && best != n) {
            throw ChatBody.unsupported(body, "best_of", "'best_of' may only equal 'n'.");
        }
        boolean stream = body.flag("stream");
        int logprobs = Objects.requireNonNullElse(body.smallInteger("logprobs", 0, 5), -1);
        int maxTokens = Objects.requireNonNullElse(body.smallInteger("max_tokens", 1, Integer.MAX_VALUE), 16);
        var sampling = SamplingBody.read(body, maxTokens, logprobs, null);
        return new Order(
                model,
                prompts.stream()
                        .map(prompt -> new GenerationRequest(model, prompt, sampling))
                        .toList(),
                n,
                stream,
                SamplingBody.includeUsage(body, stream),
                body.flag("echo") ? echo(body, prompts) : List.of());
    }

    private static List<GenerationRequest.Prompt> prompts(Body body) {
        var value = body.value("prompt");
        if (value == null) {
            throw body.missing("prompt");
        }
        if (value.isString()) {
            return List.of(new GenerationRequest.Text(value.asString()));
        }
        if (!value.isArray() || value.isEmpty()) {
            throw body.wrongType("prompt", "a string, or a non-empty array of strings or token ids", value);
        }
        if (value.get(0).isNumber()) {
            return List.of(new GenerationRequest.Tokens(ids(body, "prompt", value)));
        }
        var items = Objects.requireNonNull(body.array("prompt", PROMPTS));
        var prompts = new ArrayList<GenerationRequest.Prompt>();
        for (int i = 0; i < items.size(); i++) {
            prompts.add(prompt(body, "prompt[" + i + "]", items.get(i)));
        }
        return prompts;
    }

    private static GenerationRequest.Prompt prompt(Body body, String name, JsonNode item) {
        if (item.isString()) {
            return new GenerationRequest.Text(item.asString());
        }
        if (item.isArray() && !item.isEmpty()) {
            return new GenerationRequest.Tokens(ids(body, name, item));
        }
        throw body.wrongType(name, "a string or an array of token ids", item);
    }

    private static List<String> echo(Body body, List<GenerationRequest.Prompt> prompts) {
        var texts = new ArrayList<String>();
        for (var prompt : prompts) {
            if (!(prompt instanceof GenerationRequest.Text text)) {
                throw ChatBody.unsupported(body, "echo", "'echo' needs prompts given as text.");
            }
            texts.add(text.text());
        }
        return texts;
    }

    /** The items of a JSON array of token ids. */
    private static List<Integer> ids(Body body, String name, JsonNode items) {
        if (items.size() > IDS) {
            throw body.refuse(
                    name,
                    "array_above_max_length",
                    "'%s' has %d items; at most %d are allowed.".formatted(body.at(name), items.size(), IDS));
        }
        var ids = new ArrayList<Integer>(items.size());
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            if (!item.isIntegralNumber() || !item.canConvertToInt() || item.intValue() < 0) {
                throw body.refuse(
                        name + "[" + i + "]",
                        "invalid_value",
                        "'%s[%d]' must be a token id, not %s.".formatted(body.at(name), i, Values.of(item)));
            }
            ids.add(item.intValue());
        }
        return ids;
    }
}
