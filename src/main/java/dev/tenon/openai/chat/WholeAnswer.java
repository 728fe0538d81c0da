package dev.tenon.openai.chat;

import dev.tenon.serving.GenerationResult;
import dev.tenon.serving.TokenLogprob;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Generates every choice to its end and answers with one JSON object. Nothing is written before, so that only reading can
 * tell that the client left. One that shut down its sending half alone is taken to have left, too: nobody can tell it from
 * the others, no SDK does it, and RFC 9112 (9.5) wants a closure heeded at once.
 */
final class WholeAnswer {
    private WholeAnswer() {}

    static Map<String, @Nullable Object> of(Choices running, Reader reader, Order order, AnswerForm form) {
        var logprobs = new ArrayList<List<TokenLogprob>>();
        for (int i = 0; i < order.choices(); i++) {
            logprobs.add(new ArrayList<>());
        }
        var ends = new TreeMap<Integer, GenerationResult>();
        toTheEnd(running, reader, order.choices(), event -> {
            if (event.piece() != null) {
                logprobs.get(event.index()).addAll(event.piece().logprobs());
            }
            if (event.end() != null) {
                ends.put(event.index(), event.end());
            }
        });
        var envelope = Envelope.of(form, order.model(), running.fingerprint());
        return json(order, form, envelope, ends, logprobs);
    }

    /** Hands over all that the choices say, unless one fails or their reader leaves. */
    static void toTheEnd(Choices running, Reader reader, int choices, Consumer<Choices.Event> taker) {
        try (running) {
            int left = choices;
            while (left > 0) {
                var event = running.next(Reader.SELDOM);
                reader.check();
                if (event == null) {
                    continue;
                }
                if (event.failure() != null) {
                    throw event.failure();
                }
                taker.accept(event);
                left -= event.end() == null ? 0 : 1;
            }
        }
    }

    private static Map<String, @Nullable Object> json(
            Order order,
            AnswerForm form,
            Envelope envelope,
            TreeMap<Integer, GenerationResult> ends,
            List<List<TokenLogprob>> logprobs) {
        var choices = new ArrayList<Map<String, @Nullable Object>>();
        var usage = new Usage();
        ends.forEach((index, end) -> {
            usage.add(end, index % order.n() == 0);
            var wanted = order.request(index).sampling().logprobs() >= 0 ? logprobs.get(index) : null;
            choices.add(form.choice(index, order.echoOf(index) + end.text(), end, wanted));
        });
        var json = envelope.around(form.object(), choices);
        json.put("usage", usage.json());
        return json;
    }
}
