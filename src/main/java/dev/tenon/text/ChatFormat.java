package dev.tenon.text;

import dev.tenon.core.Problem;
import dev.tenon.text.ChatTemplate.Piece;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One base model's way from messages to tokens: its tokenizer, its chat template and its end-of-turn tokens. */
public final class ChatFormat implements AutoCloseable {
    private final Tokenizer tokenizer;
    private final ChatTemplate template;
    private final boolean knowsTools;
    private final LinkedHashSet<Integer> stopIds;

    private ChatFormat(Tokenizer tokenizer, String source, List<Integer> declaredStops) {
        this.tokenizer = tokenizer;
        this.template = ChatTemplate.parse(source);
        this.knowsTools = source.contains("tool_calls");
        this.stopIds = new LinkedHashSet<>(declaredStops);
        var end = endOfTurn();
        if (end != null) {
            stopIds.add(end);
        }
    }

    /** Reads the tokenizer, the template ({@code chat_template.jinja} or in the config) and the stop tokens. */
    public static ChatFormat load(Path modelDirectory) {
        var tokenizer = Tokenizer.load(modelDirectory);
        try {
            return new ChatFormat(
                    tokenizer,
                    TemplateSource.of(modelDirectory),
                    TemplateSource.stopIds(modelDirectory, tokenizer.special()));
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** The tokens of a conversation up to the point where the assistant begins to answer. */
    public int[] prompt(List<ChatMessage> messages, @Nullable List<Object> tools) {
        return tokens(rendered(messages, tools));
    }

    /** The text of a conversation up to the point where the assistant begins to answer. */
    public List<Piece> rendered(List<ChatMessage> messages, @Nullable List<Object> tools) {
        return render(messages, tools, true);
    }

    /** The tokens of a rendered conversation. */
    public int[] tokens(List<Piece> rendered) {
        return tokenizer.encodeTemplate(rendered);
    }

    /** The tokens of a plain text prompt, with the begin token where the model's tokenizer adds one. */
    public int[] prompt(String text) {
        var before = tokenizer.addedBefore();
        var ids = tokenizer.encode(text);
        var all = java.util.Arrays.copyOf(before, before.length + ids.length);
        System.arraycopy(ids, 0, all, before.length, ids.length);
        return all;
    }

    /** A conversation as a training document: assistant text and its end-of-turn token are trained. */
    public TrainingTokens training(List<ChatMessage> messages, @Nullable List<Object> tools) {
        var pieces = render(messages, tools, false);
        var encoded = tokenizer.encodeMarked(pieces);
        var trained = new boolean[encoded.ids().length];
        var spans = new AssistantSpans(pieces, tokenizer, stopIds);
        for (int i = 0; i < messages.size(); i++) {
            var message = messages.get(i);
            if (!message.role().equals("assistant") || (message.weight() != null && message.weight() == 0)) {
                continue;
            }
            var span = spans.of(i, header(messages.subList(0, i), tools));
            for (int t = 0; span != null && t < trained.length; t++) {
                trained[t] |= encoded.starts()[t] >= span.from() && encoded.starts()[t] < span.to();
            }
        }
        return new TrainingTokens(encoded.ids(), trained);
    }

    /** The conversation so far, ready to be answered; empty when the template refuses it in this form. */
    private List<Piece> header(List<ChatMessage> messages, @Nullable List<Object> tools) {
        try {
            return render(messages, tools, true);
        } catch (Problem refused) {
            return List.of();
        }
    }

    /** A prompt and its completion as a training document: the completion and the end token are trained. */
    public TrainingTokens training(String prompt, String completion) {
        var before = tokenizer.addedBefore();
        var encoded = tokenizer.encodeMarked(List.of(new Piece(prompt, true), new Piece(completion, true)));
        var end = tokenizer.special().eosId();
        int length = before.length + encoded.ids().length + (end == null ? 0 : 1);
        var ids = java.util.Arrays.copyOf(before, length);
        var trained = new boolean[length];
        for (int i = 0; i < encoded.ids().length; i++) {
            ids[before.length + i] = encoded.ids()[i];
            trained[before.length + i] = encoded.starts()[i] >= prompt.length();
        }
        if (end != null) {
            ids[length - 1] = end;
            trained[length - 1] = true;
        }
        return new TrainingTokens(ids, trained);
    }

    /** An example of a training file as a training document. */
    public TrainingTokens training(TrainingExample example) {
        return example.prompt() != null && example.completion() != null
                ? training(example.prompt(), example.completion())
                : training(example.messages(), example.tools());
    }

    /** One line of a validated training file (chat or prompt/completion) as a training document. */
    public TrainingTokens trainingLine(String json) {
        return training(TrainingExample.parse(json));
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Tokens that end an answer: the end-of-turn and end-of-text tokens. */
    public List<Integer> stopIds() {
        return List.copyOf(stopIds);
    }

    private List<Piece> render(List<ChatMessage> messages, @Nullable List<Object> tools, boolean generate) {
        var adapted = new ArrayList<ChatMessage>(messages.size());
        for (var message : messages) {
            adapted.add(adapted(message));
        }
        return template.render(adapted, tools, generate, tokenizer.special());
    }

    /** Templates know the older role names, and plain ones know no tool calls. */
    private ChatMessage adapted(ChatMessage message) {
        var role = switch (message.role()) {
            case "developer" -> "system";
            case "function" -> "tool";
            default -> message.role();
        };
        var calls = message.toolCalls();
        var content = message.content();
        if (calls != null && !knowsTools) {
            content = (content == null ? "" : content) + ToolCalls.asText(calls);
            calls = null;
        } else if (calls != null) {
            calls = ToolCalls.withParsedArguments(calls);
        } else if (content == null) {
            content = "";
        }
        return new ChatMessage(role, content, message.weight(), message.name(), calls, message.toolCallId());
    }

    /** The special token that the template puts right behind an assistant's text, or null. */
    private @Nullable Integer endOfTurn() {
        var probe = List.of(ChatMessage.of("user", "Hello."), ChatMessage.of("assistant", "Hi."));
        List<Piece> pieces;
        try {
            pieces = render(probe, null, false);
        } catch (Problem refused) {
            return null;
        }
        int last = -1;
        for (int i = 0; i < pieces.size(); i++) {
            last = pieces.get(i).message() == 1 ? i : last;
        }
        if (last < 0 || last + 1 >= pieces.size()) {
            return null;
        }
        var token = tokenizer.firstSpecial(pieces.get(last + 1).text());
        return token == null ? null : token.id();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
