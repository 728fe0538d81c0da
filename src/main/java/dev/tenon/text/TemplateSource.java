package dev.tenon.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Finds a model's chat template and its stop tokens among the files that Hugging Face models come with. */
final class TemplateSource {
    /** For a base that was never taught to chat: names as labels, and the end token after each answer. */
    private static final String STANDARD = """
            {{- bos_token }}
            {%- for message in messages %}
            {{- message.role | capitalize }}: {{ message.content }}
            {%- if message.role == 'assistant' %}{{ eos_token }}{% endif %}
            {{- '\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}
            """;

    private TemplateSource() {}

    static String of(Path directory) {
        var file = directory.resolve("chat_template.jinja");
        if (Files.isRegularFile(file)) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        for (var name : List.of("tokenizer_config.json", "chat_template.json")) {
            var config = TokenizerFile.object(directory, name);
            var found = config == null ? null : template(config.path("chat_template"));
            if (found != null) {
                return found;
            }
        }
        return STANDARD;
    }

    /** A string, or a list of named templates of which {@code default} counts. */
    private static @Nullable String template(JsonNode value) {
        if (value.isString()) {
            return value.stringValue();
        }
        for (var named : value) {
            if (named.path("name").asString("").equals("default")) {
                return named.path("template").asString("");
            }
        }
        return null;
    }

    /** End tokens by generation_config, config and tokenizer_config, in this order. */
    static List<Integer> stopIds(Path directory, SpecialTokens special) {
        var ids = new LinkedHashSet<Integer>();
        for (var name : List.of("generation_config.json", "config.json")) {
            var config = TokenizerFile.object(directory, name);
            if (config != null) {
                var value = config.path("eos_token_id");
                if (value.isInt()) {
                    ids.add(value.intValue());
                }
                value.forEach(id -> ids.add(id.asInt()));
            }
        }
        if (special.eosId() != null) {
            ids.add(special.eosId());
        }
        return List.copyOf(ids);
    }
}
