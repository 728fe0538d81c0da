package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.text.ChatFormat;
import dev.tenon.text.ChatMessage;
import dev.tenon.text.ChatTemplate;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A prompt as token ids, checked against the model's vocabulary and context. */
record PromptTokens(int[] ids, int maxTokens) {

    static PromptTokens of(GenerationRequest request, ChatFormat format, int context, int defaultMaxTokens) {
        var field = request.prompt() instanceof GenerationRequest.Chat ? "messages" : "prompt";
        fits(field, characters(request.prompt()), format, context, largest(request.prompt()));
        var ids = encode(request.prompt(), format, context);
        if (ids.length == 0) {
            throw Problem.invalid("prompt", "empty_prompt", "The prompt has no tokens; give at least one character.");
        }
        if (ids.length >= context) {
            throw tooLong(
                    field,
                    "This model's context is %d tokens; the prompt alone has %d and leaves no room for an answer."
                            .formatted(context, ids.length));
        }
        var wanted = request.sampling().maxTokens();
        if (wanted == null) {
            return new PromptTokens(ids, Math.min(context - ids.length, defaultMaxTokens));
        }
        if (wanted > context - ids.length) {
            throw tooLong(
                    "max_tokens",
                    "This model's context is %d tokens; the prompt has %d, so 'max_tokens' may be at most %d, not %d."
                            .formatted(context, ids.length, context - ids.length, wanted));
        }
        return new PromptTokens(ids, wanted);
    }

    /** Refuses what must have more tokens than the context by its length alone: not worth the time of encoding it. */
    private static void fits(String field, long characters, ChatFormat format, int context, String where) {
        if (characters > (long) context * format.tokenizer().bytes().longest()) {
            throw tooLong(
                    field,
                    "This model's context is %d tokens; a prompt of %d characters has more%s."
                            .formatted(context, characters, where));
        }
    }

    /** A lower bound of the prompt's characters, without the trouble of rendering it. */
    private static long characters(GenerationRequest.Prompt prompt) {
        return switch (prompt) {
            case GenerationRequest.Chat chat ->
                chat.messages().stream().mapToLong(PromptTokens::length).sum();
            case GenerationRequest.Text text -> text.text().length();
            case GenerationRequest.Tail tail -> tail.text().length();
            case GenerationRequest.Tokens tokens -> tokens.ids().size();
        };
    }

    private static int length(ChatMessage message) {
        return message.content() == null ? 0 : message.content().length();
    }

    private static int[] encode(GenerationRequest.Prompt prompt, ChatFormat format, int context) {
        return switch (prompt) {
            case GenerationRequest.Chat chat -> format.tokens(rendered(chat, format, context));
            case GenerationRequest.Text text -> format.prompt(text.text());
            case GenerationRequest.Tail tail -> last(format.prompt(tail.text()), tail.tokens());
            case GenerationRequest.Tokens tokens ->
                checked(tokens, format.tokenizer().vocabularySize());
        };
    }

    private static int[] last(int[] ids, int tokens) {
        return Arrays.copyOfRange(ids, Math.max(0, ids.length - tokens), ids.length);
    }

    /** Everything that is to be encoded: calls, names and tools as the template writes them. */
    private static List<ChatTemplate.Piece> rendered(GenerationRequest.Chat chat, ChatFormat format, int context) {
        var plain = format.rendered(chat.messages(), null);
        var text = joined(plain);
        fits("messages", text.length(), format, context, largest(longest(plain)));
        if (chat.tools() == null) {
            return plain;
        }
        var equipped = format.rendered(chat.messages(), chat.tools());
        var longer = joined(equipped);
        fits("tools", longer.length(), format, context, " with the descriptions in 'tools'");
        if (longer.equals(text)) {
            throw Problem.invalid(
                    "tools",
                    "unsupported_parameter",
                    "This model's chat template has no place for tools; remove 'tools'.");
        }
        return equipped;
    }

    private static String largest(GenerationRequest.Prompt prompt) {
        if (!(prompt instanceof GenerationRequest.Chat chat)) {
            return "";
        }
        int longest = 0;
        for (int i = 0; i < chat.messages().size(); i++) {
            longest = length(chat.messages().get(i)) > length(chat.messages().get(longest)) ? i : longest;
        }
        return largest(longest);
    }

    private static String largest(int message) {
        return ", 'messages[%d]' the largest part of it".formatted(message);
    }

    /** The message that has the most of the text. */
    private static int longest(List<ChatTemplate.Piece> pieces) {
        var lengths = new HashMap<Integer, Integer>();
        for (var piece : pieces) {
            if (piece.message() >= 0) {
                lengths.merge(piece.message(), piece.text().length(), Integer::sum);
            }
        }
        return lengths.isEmpty()
                ? 0
                : Collections.max(lengths.entrySet(), Map.Entry.comparingByValue())
                        .getKey();
    }

    private static String joined(List<ChatTemplate.Piece> pieces) {
        return pieces.stream().map(ChatTemplate.Piece::text).collect(Collectors.joining());
    }

    private static int[] checked(GenerationRequest.Tokens tokens, int vocabulary) {
        for (int id : tokens.ids()) {
            if (id < 0 || id >= vocabulary) {
                throw Problem.invalid(
                        "prompt",
                        "invalid_value",
                        "'prompt' has the token id %d; this model's ids go from 0 to %d."
                                .formatted(id, vocabulary - 1));
            }
        }
        return tokens.ids().stream().mapToInt(Integer::intValue).toArray();
    }

    private static Problem tooLong(@Nullable String param, String message) {
        return Problem.invalid(param, "context_length_exceeded", message);
    }
}
