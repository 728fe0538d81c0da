package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.openai.error.ErrorAnswer;
import dev.tenon.serving.Generation;
import dev.tenon.serving.GenerationResult;
import dev.tenon.serving.Piece;
import dev.tenon.serving.ServingApi;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Streams the choices one after another. The request's own thread writes, so a slow reader slows only itself. */
final class StreamedAnswer {
    private static final Logger log = LoggerFactory.getLogger(StreamedAnswer.class);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
    private final ServingApi serving;
    private final Tenant tenant;
    private final Order order;
    private final AnswerForm form;
    private final JsonMapper json;
    private final Usage usage = new Usage();

    StreamedAnswer(ServingApi serving, Tenant tenant, Order order, AnswerForm form, JsonMapper json) {
        this.serving = serving;
        this.tenant = tenant;
        this.order = order;
        this.form = form;
        this.json = json;
    }

    /** Failures before the first token are thrown, so that they get their status; later ones become an event. */
    void writeTo(HttpServletResponse response) throws IOException {
        try (var first = serving.start(tenant, order.request(0))) {
            boolean early = first.ready(KEEP_ALIVE);
            var opening = early ? first.next(KEEP_ALIVE) : null;
            var envelope = Envelope.of(form, order.model(), first.systemFingerprint());
            var stream = EventStream.open(response, json);
            try {
                choice(stream, envelope, 0, first, opening, early);
                for (int i = 1; i < order.choices(); i++) {
                    try (var generation = serving.start(tenant, order.request(i))) {
                        choice(stream, envelope, i, generation, null, false);
                    }
                }
                if (order.includeUsage()) {
                    var last = envelope.around(form.chunkObject(), List.of());
                    last.put("usage", usage.json());
                    stream.data(last);
                }
                stream.done();
            } catch (RuntimeException e) {
                stream.data(failure(e));
            }
        } catch (IOException e) {
            log.debug("The reader of a stream left", e);
        }
    }

    private void choice(
            EventStream stream,
            Envelope envelope,
            int index,
            Generation generation,
            @Nullable Piece opening,
            boolean started)
            throws IOException {
        var first = form.opening(index);
        if (first != null) {
            send(stream, envelope, first);
        }
        if (!order.echoOf(index).isEmpty()) {
            send(stream, envelope, form.delta(index, new Piece(order.echoOf(index), List.of()), false));
        }
        boolean logprobs = order.request(index).sampling().logprobs() >= 0;
        var piece = started ? opening : await(stream, generation);
        while (piece != null) {
            if (!piece.text().isEmpty() || (logprobs && !piece.logprobs().isEmpty())) {
                send(stream, envelope, form.delta(index, piece, logprobs));
            }
            piece = await(stream, generation);
        }
        GenerationResult result = generation.result();
        usage.add(result, index % order.n() == 0);
        send(stream, envelope, form.closing(index, result));
    }

    private static @Nullable Piece await(EventStream stream, Generation generation) throws IOException {
        while (!generation.ready(KEEP_ALIVE)) {
            stream.ping();
        }
        return generation.next(KEEP_ALIVE);
    }

    private void send(EventStream stream, Envelope envelope, Map<String, @Nullable Object> choice) throws IOException {
        var chunk = envelope.around(form.chunkObject(), List.of(choice));
        if (order.includeUsage()) {
            chunk.put("usage", null);
        }
        stream.data(chunk);
    }

    private static Object failure(RuntimeException e) {
        if (e instanceof Problem problem) {
            return ErrorAnswer.body(problem);
        }
        log.error("A stream failed", e);
        return ErrorAnswer.body(new Problem(
                500, "server_error", null, "internal_error", "The generation failed; repeat the request.", Map.of()));
    }
}
