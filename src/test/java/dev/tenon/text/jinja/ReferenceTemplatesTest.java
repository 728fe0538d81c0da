package dev.tenon.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * The interpreter prints what the reference prints. The templates and expressions are ours; their expected output was
 * computed with Python's jinja2 3.1.6, set up as transformers sets it up for chat templates.
 */
class ReferenceTemplatesTest {
    private static final ZonedDateTime NOW = ZonedDateTime.of(2026, 3, 5, 14, 7, 9, 0, ZoneOffset.UTC);

    record Case(String name, Map<String, Object> fields) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** The first line holds the variables of every case that has none of its own. */
    static Stream<Case> cases() throws IOException {
        try (InputStream in = ReferenceTemplatesTest.class.getResourceAsStream("/templates/cases.jsonl")) {
            var lines = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8).lines();
            var objects = lines.map(ReferenceTemplatesTest::object).toList();
            return objects.stream().skip(1).map(fields -> {
                fields.putIfAbsent("variables", objects.getFirst().get("variables"));
                return new Case((String) fields.get("name"), fields);
            });
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(String json) {
        return JsonMapper.shared().readValue(json, Map.class);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void behavesLikeTheReference(Case example) {
        var variables = new HashMap<String, Object>();
        ((Map<?, ?>) example.fields().get("variables"))
                .forEach((name, value) -> variables.put((String) name, Template.value(value, Text::literal)));
        var source = (String) example.fields().get("template");
        if (example.fields().containsKey("error")) {
            assertThatThrownBy(() -> render(source, variables))
                    .isInstanceOf(TemplateException.class)
                    .isNotInstanceOf(TemplateException.Refused.class);
        } else if (example.fields().containsKey("refused")) {
            assertThatThrownBy(() -> render(source, variables))
                    .isInstanceOf(TemplateException.Refused.class)
                    .hasMessageContaining((String) example.fields().get("refused"));
        } else {
            assertThat(render(source, variables)).isEqualTo(example.fields().get("expected"));
        }
    }

    private static String render(String source, Map<String, Object> variables) {
        return Template.parse(source, Limits.STANDARD).render(variables, NOW).value();
    }
}
