package dev.tenon.openai.chat;

import dev.tenon.core.Ids;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What every JSON object of one answer has in common. */
record Envelope(String id, long created, String model, String fingerprint) {

    static Envelope of(AnswerForm form, String model, String fingerprint) {
        return new Envelope(Ids.next(form.idPrefix()), System.currentTimeMillis() / 1000, model, fingerprint);
    }

    Map<String, @Nullable Object> around(String object, List<?> choices) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", id);
        json.put("object", object);
        json.put("created", created);
        json.put("model", model);
        json.put("system_fingerprint", fingerprint);
        json.put("choices", choices);
        return json;
    }
}
