package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import dev.tenon.text.ChatFormat;
import dev.tenon.text.ChatMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What no context can hold is refused by its length: the tokenizer of these tests is closed and would fail. */
class PromptTokensTest {
    private static final Path BASE = Path.of("src/main/resources/models/tenon-base-7m");
    private static final String LONG = "x ".repeat(2_000_000);

    @Test
    void theArgumentsOfCallsCount() {
        for (var arguments : List.of("{\"a\":\"" + LONG + "\"}", LONG)) {
            var call = Map.of("type", "function", "function", Map.of("name", "f", "arguments", arguments));
            var said = new ChatMessage("assistant", null, null, null, List.of(call), null);
            refused("messages", List.of(ChatMessage.of("user", "x"), said), null, closed(BASE))
                    .hasMessageContaining("'messages[1]' the largest part of it");
        }
    }

    @Test
    void theDescriptionsOfToolsCount(@TempDir Path folder) throws Exception {
        Files.copy(BASE.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        Files.writeString(
                folder.resolve("chat_template.jinja"),
                "{% for m in messages %}{{ m.content }}{% endfor %}{% if tools %}{{ tools | tojson }}{% endif %}");
        var tool = Map.of("type", "function", "function", Map.of("name", "f", "description", LONG));
        refused("tools", List.of(ChatMessage.of("user", "x")), List.of(tool), closed(folder));
    }

    @Test
    void contentCounts() {
        var messages = List.of(ChatMessage.of("user", "x"), ChatMessage.of("user", LONG), ChatMessage.of("user", "y"));
        refused("messages", messages, null, closed(BASE)).hasMessageContaining("'messages[1]' the largest part of it");
    }

    private static AbstractThrowableAssert<?, ?> refused(
            String field, List<ChatMessage> messages, @Nullable List<Object> tools, ChatFormat format) {
        var request = new GenerationRequest("m", new GenerationRequest.Chat(messages, tools), Sampling.greedy(5));
        return assertThatThrownBy(() -> PromptTokens.of(request, format, 1024, 16))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.param()).isEqualTo(field);
                    assertThat(problem.code()).isEqualTo("context_length_exceeded");
                });
    }

    private static ChatFormat closed(Path model) {
        var format = ChatFormat.load(model);
        format.close();
        assertThatThrownBy(() -> format.prompt("x")).isInstanceOf(RuntimeException.class);
        return format;
    }
}
