package dev.tenon.openai.chat;

import dev.tenon.identity.Tenant;
import dev.tenon.serving.GenerationResult;
import dev.tenon.serving.ServingApi;
import dev.tenon.serving.TokenLogprob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Generates every choice to its end and answers with one JSON object. */
final class WholeAnswer {
    private WholeAnswer() {}

    static Map<String, @Nullable Object> of(ServingApi serving, Tenant tenant, Order order, AnswerForm form) {
        var choices = new ArrayList<Map<String, @Nullable Object>>();
        var usage = new Usage();
        GenerationResult last = null;
        for (int i = 0; i < order.choices(); i++) {
            var request = order.request(i);
            List<TokenLogprob> logprobs = new ArrayList<>();
            last = serving.generate(tenant, request, piece -> logprobs.addAll(piece.logprobs()));
            usage.add(last, i % order.n() == 0);
            var wanted = request.sampling().logprobs() >= 0 ? logprobs : null;
            choices.add(form.choice(i, order.echoOf(i) + last.text(), last, wanted));
        }
        var json = Envelope.of(form, order.model(), last == null ? "" : last.systemFingerprint())
                .around(form.object(), choices);
        json.put("usage", usage.json());
        return json;
    }
}
