package dev.tenon.text;

import dev.tenon.core.Problem;
import dev.tenon.text.jinja.Limits;
import dev.tenon.text.jinja.Template;
import dev.tenon.text.jinja.TemplateException;
import dev.tenon.text.jinja.Text;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model's chat template: a program in a small subset of Jinja that turns messages into prompt text. */
public final class ChatTemplate {
    private final Template template;
    private final Clock clock;

    private ChatTemplate(Template template, Clock clock) {
        this.template = template;
        this.clock = clock;
    }

    /** Parses a template; a mistake in it is a Problem that names the line. */
    public static ChatTemplate parse(String source) {
        return parse(source, Limits.STANDARD, Clock.systemUTC());
    }

    static ChatTemplate parse(String source, Limits limits, Clock clock) {
        try {
            return new ChatTemplate(Template.parse(source, limits), clock);
        } catch (TemplateException e) {
            throw Problem.invalid(
                    "chat_template",
                    "invalid_chat_template",
                    "Line %d of the chat template: %s.".formatted(e.line(), e.reason()));
        }
    }

    /** Runs the template; what came from the caller's messages stays marked as such. */
    public List<Piece> render(
            List<ChatMessage> messages,
            @Nullable List<Object> tools,
            boolean addGenerationPrompt,
            SpecialTokens special) {
        var variables = new HashMap<String, Object>();
        var values = new ArrayList<Object>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            values.add(value(messages.get(i), i));
        }
        variables.put("messages", values);
        variables.put("tools", Template.value(tools == null || tools.isEmpty() ? null : tools, ChatTemplate::outside));
        variables.put("add_generation_prompt", addGenerationPrompt);
        variables.put("bos_token", Text.literal(orEmpty(special.bos())));
        variables.put("eos_token", Text.literal(orEmpty(special.eos())));
        variables.put("pad_token", Text.literal(orEmpty(special.pad())));
        try {
            var text = template.render(variables, ZonedDateTime.now(clock));
            return text.segments().stream()
                    .map(s -> new Piece(s.text(), s.fromUser(), s.message()))
                    .toList();
        } catch (TemplateException.Refused e) {
            throw Problem.invalid(
                    "messages",
                    "messages_refused_by_template",
                    "The model's chat template refuses these messages: %s".formatted(e.reason()));
        } catch (TemplateException e) {
            throw Problem.invalid(
                    "messages",
                    "chat_template_failed",
                    "The model's chat template failed on these messages, at its line %d: %s."
                            .formatted(e.line(), e.reason()));
        }
    }

    private static String orEmpty(@Nullable String token) {
        return token == null ? "" : token;
    }

    private static Text outside(String text) {
        return Text.user(text, -1);
    }

    private static Object value(ChatMessage message, int index) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("role", message.role());
        if (message.name() != null) {
            fields.put("name", message.name());
        }
        if (message.toolCallId() != null) {
            fields.put("tool_call_id", message.toolCallId());
        }
        var value = new LinkedHashMap<Object, Object>((Map<?, ?>) Template.value(fields, ChatTemplate::outside));
        value.put(Text.literal("content"), Template.value(message.content(), text -> Text.user(text, index)));
        if (message.toolCalls() != null) {
            value.put(Text.literal("tool_calls"), Template.value(message.toolCalls(), text -> Text.user(text, index)));
        }
        return value;
    }

    /**
     * A stretch of rendered text.
     *
     * @param fromUser it came from a message or a tool, so it never becomes a special token
     * @param message index of the message whose content this is, -1 for everything else
     */
    public record Piece(String text, boolean fromUser, int message) {
        public Piece(String text, boolean fromUser) {
            this(text, fromUser, -1);
        }
    }
}
