package dev.tenon.openai.chat;

import dev.tenon.openai.wire.Allowance;
import dev.tenon.openai.wire.Body;
import dev.tenon.serving.GenerationRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads a chat completion request; what would change the answer but is not offered is refused, not ignored. */
final class ChatBody {
    /** Room for thousands of messages and for a schema of thousands of parts, whatever the model's context. */
    static final Allowance ALLOWANCE = new Allowance(8 << 20, 1 << 14, 1 << 17);

    private static final int TOOLS = 128;
    private static final List<String> NOT_OFFERED =
            List.of("functions", "function_call", "audio", "web_search_options");

    private ChatBody() {}

    static Order read(Body body) {
        var model = body.requiredText("model", 512);
        for (var name : NOT_OFFERED) {
            if (body.has(name)) {
                throw unsupported(body, name, "'%s' is not supported; remove it.".formatted(body.at(name)));
            }
        }
        textOnly(body);
        boolean stream = body.flag("stream");
        var prompt = new GenerationRequest.Chat(MessagesBody.read(body), tools(body));
        var sampling = SamplingBody.read(body, maxTokens(body), logprobs(body), FormatBody.read(body));
        if (sampling.format() != null && !sampling.stop().isEmpty()) {
            throw body.refuse(
                    "stop",
                    "invalid_value",
                    "'stop' would cut the JSON that 'response_format' promises; leave one of the two out.");
        }
        var request = new GenerationRequest(model, prompt, sampling);
        return new Order(
                model,
                List.of(request),
                SamplingBody.choices(body, 1),
                stream,
                SamplingBody.includeUsage(body, stream),
                List.of());
    }

    private static @Nullable Integer maxTokens(Body body) {
        var newer = body.smallInteger("max_completion_tokens", 1, Integer.MAX_VALUE);
        var older = body.smallInteger("max_tokens", 1, Integer.MAX_VALUE);
        return newer == null ? older : newer;
    }

    private static int logprobs(Body body) {
        var top = body.smallInteger("top_logprobs", 0, 20);
        if (!body.flag("logprobs")) {
            if (top != null && top > 0) {
                throw body.refuse("top_logprobs", "invalid_value", "'top_logprobs' needs 'logprobs': true.");
            }
            return -1;
        }
        return Objects.requireNonNullElse(top, 0);
    }

    private static void textOnly(Body body) {
        var modalities = body.array("modalities", 8);
        if (modalities != null) {
            for (var modality : modalities) {
                if (!"text".equals(modality.asString(""))) {
                    throw unsupported(body, "modalities", "'modalities' may only be [\"text\"].");
                }
            }
        }
    }

    private static @Nullable List<Object> tools(Body body) {
        var tools = body.objects("tools", TOOLS);
        var choice = body.value("tool_choice");
        if (choice != null && !choice.isString()) {
            throw unsupported(
                    body, "tool_choice", "'tool_choice' may be 'none' or 'auto'; a forced tool is not offered.");
        }
        var word = Objects.requireNonNullElse(body.text("tool_choice", 1, 64), "auto");
        if (!word.equals("auto") && !word.equals("none")) {
            throw unsupported(body, "tool_choice", "'tool_choice' may be 'none' or 'auto', not '%s'.".formatted(word));
        }
        if (tools == null || tools.isEmpty() || word.equals("none")) {
            return null;
        }
        var list = new ArrayList<Object>();
        for (var tool : tools) {
            if (!"function".equals(tool.requiredText("type", 64))) {
                throw unsupported(tool, "type", "'%s' must be 'function'.".formatted(tool.at("type")));
            }
            var function = tool.object("function");
            if (function == null) {
                throw tool.missing("function");
            }
            function.requiredText("name", 64);
            list.add(tool.toMap());
        }
        return list;
    }

    static dev.tenon.core.Problem unsupported(Body body, String name, String message) {
        return body.refuse(name, "unsupported_parameter", message);
    }
}
