package dev.tenon.serving;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.serving.Classification.Told;
import dev.tenon.serving.connection.Connection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /api/v1/classify}: one text or several, told apart or tagged by an encoder's adapter. */
@RestController
@OnRole(Role.SERVE)
class ClassifyController {
    private static final int MOST_TEXTS = 256;
    private static final int LONGEST_TEXT = 1 << 17;

    private final ClassificationApi classification;
    private final CurrentTenant tenant;

    ClassifyController(ClassificationApi classification, CurrentTenant tenant) {
        this.classification = classification;
        this.tenant = tenant;
    }

    /** The request: {@code input} is a text or a list of texts. */
    record Body(@Nullable String model, @Nullable Object input) {}

    @PostMapping(path = "/api/v1/classify", produces = MediaType.APPLICATION_JSON_VALUE)
    Map<String, Object> classify(@RequestBody Body body) {
        var caller = tenant.require();
        String model = body.model();
        if (model == null || model.isBlank()) {
            throw Problem.invalid("model", "missing_required_parameter", "'model' must name an adapter of an encoder.");
        }
        var texts = texts(body.input());
        var told = classification.classify(caller, model, texts, ClassifyController::requireCaller);
        var data = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < texts.size(); i++) {
            data.add(json(i, texts.get(i), told.texts().get(i)));
        }
        var answer = new LinkedHashMap<String, Object>();
        answer.put("object", "list");
        answer.put("model", model);
        answer.put("task", told.task().name().toLowerCase(java.util.Locale.ROOT));
        answer.put("data", data);
        answer.put("usage", Map.of("prompt_tokens", told.tokens(), "total_tokens", told.tokens()));
        return answer;
    }

    private static void requireCaller() {
        if (Connection.ended()) {
            throw Problem.left("The connection, or the client's half of it, was closed before the labels were told.");
        }
    }

    private static List<String> texts(@Nullable Object input) {
        List<?> list = input instanceof List<?> several ? several : input == null ? List.of() : List.of(input);
        if (list.isEmpty() || list.size() > MOST_TEXTS) {
            throw Problem.invalid(
                    "input",
                    "invalid_value",
                    "'input' must be a text or a list of 1 to %d texts.".formatted(MOST_TEXTS));
        }
        var texts = new ArrayList<String>();
        for (int i = 0; i < list.size(); i++) {
            if (!(list.get(i) instanceof String text) || text.isBlank() || text.length() > LONGEST_TEXT) {
                throw Problem.invalid(
                        "input[%d]".formatted(i),
                        "invalid_value",
                        "'input[%d]' must be a text that is not empty, of at most %d characters."
                                .formatted(i, LONGEST_TEXT));
            }
            texts.add(text);
        }
        return texts;
    }

    private static Map<String, Object> json(int index, String text, Told told) {
        var json = new LinkedHashMap<String, Object>();
        json.put("object", "classification");
        json.put("index", index);
        if (!told.scores().isEmpty()) {
            json.put("label", told.scores().getFirst().label());
            json.put("score", told.scores().getFirst().score());
            json.put("labels", told.scores());
        } else {
            json.put(
                    "spans",
                    told.found().stream()
                            .map(found -> {
                                var span = new LinkedHashMap<String, Object>();
                                span.put("label", found.label());
                                span.put("text", text.substring(found.start(), found.end()));
                                span.put("start", found.start());
                                span.put("end", found.end());
                                span.put("score", found.score());
                                return span;
                            })
                            .toList());
        }
        json.put("truncated", told.truncated());
        return json;
    }
}
