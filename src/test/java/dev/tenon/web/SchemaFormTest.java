package dev.tenon.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.util.LinkedMultiValueMap;
import tools.jackson.databind.json.JsonMapper;

/** A form made from a schema gives back what the schema's types say. */
class SchemaFormTest {
    private final SchemaForm form = new SchemaForm(new JsonMapper().readValue("""
                    {"type": "object", "properties": {
                      "rank": {"type": "integer", "title": "Rank", "minimum": 1, "maximum": 1024, "default": 8},
                      "alpha": {"type": ["number", "null"], "exclusiveMinimum": 0, "default": 16.0},
                      "bias": {"type": "string", "enum": ["none", "all"], "default": "none"},
                      "rslora": {"type": "boolean", "default": true},
                      "targets": {"type": ["array", "string"], "items": {"type": "string"}, "default": "all-linear"},
                      "layers": {"type": "array", "items": {"type": "integer"}, "x-advanced": true},
                      "pattern": {"type": "object", "x-advanced": true}}}
                    """, Map.class), new JsonMapper());

    @Test
    void fieldsComeInTheSchemasOrderWithItsDefaultsAndLimits() {
        var fields = form.fields(new LinkedMultiValueMap<>());
        assertThat(fields)
                .extracting(FormField::name)
                .containsExactly(
                        "adapter.rank",
                        "adapter.alpha",
                        "adapter.bias",
                        "adapter.rslora",
                        "adapter.targets",
                        "adapter.layers",
                        "adapter.pattern");
        assertThat(fields)
                .extracting(FormField::control)
                .containsExactly("number", "number", "choice", "check", "list", "list", "json");
        assertThat(fields)
                .extracting(FormField::value)
                .containsExactly("8", "16", "none", "true", "all-linear", "", "");
        assertThat(fields)
                .extracting(FormField::advanced)
                .containsExactly(false, false, false, false, false, true, true);
        assertThat(fields.getFirst().limits()).isEqualTo("at least 1, at most 1024");
        assertThat(fields.get(1).limits()).isEqualTo("more than 0");
    }

    @Test
    void typedTextsGetTheSchemasTypes() {
        var typed = new LinkedMultiValueMap<String, String>();
        typed.add("adapter.rank", "16");
        typed.add("adapter.alpha", "0.5");
        typed.add("adapter.bias", "all");
        typed.add("shown.rslora", "1");
        typed.add("adapter.targets", "q_proj, v_proj");
        typed.add("adapter.layers", "0 1,2");
        typed.add("adapter.pattern", "{\"q_proj\": 4}");
        assertThat(form.values(typed))
                .containsEntry("rank", 16L)
                .containsEntry("alpha", 0.5)
                .containsEntry("bias", "all")
                .containsEntry("rslora", false)
                .containsEntry("targets", List.of("q_proj", "v_proj"))
                .containsEntry("layers", List.of(0, 1, 2))
                .containsEntry("pattern", Map.of("q_proj", 4));
    }

    @Test
    void emptyFieldsAreLeftToTheMethod() {
        var typed = new LinkedMultiValueMap<String, String>();
        typed.add("adapter.rank", " ");
        typed.add("adapter.pattern", "");
        assertThat(form.values(typed)).isEmpty();
    }

    @Test
    void whatIsNoNumberReachesTheMethodAsItWasTyped() {
        var typed = new LinkedMultiValueMap<String, String>();
        typed.add("adapter.rank", "1e400x");
        typed.add("adapter.alpha", "abc");
        typed.add("adapter.pattern", "{broken");
        typed.add("adapter.targets", "model.layers.(0|1).*");
        assertThat(form.values(typed))
                .containsEntry("rank", "1e400x")
                .containsEntry("alpha", "abc")
                .containsEntry("pattern", "{broken")
                .containsEntry("targets", "model.layers.(0|1).*");
        assertThat(form.fields(typed).getFirst().value()).isEqualTo("1e400x");
    }

    @Test
    void aPatternThatIsTheDefaultStaysOne() {
        var typed = new LinkedMultiValueMap<String, String>();
        typed.add("adapter.targets", "all-linear");
        assertThat(form.values(typed)).containsEntry("targets", "all-linear");
    }
}
