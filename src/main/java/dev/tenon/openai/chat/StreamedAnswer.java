package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import dev.tenon.openai.error.ErrorAnswer;
import dev.tenon.serving.Piece;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Streams the choices as they come. The request's own thread writes, so a slow reader slows only itself. */
final class StreamedAnswer {
    private static final Logger log = LoggerFactory.getLogger(StreamedAnswer.class);
    private final Choices choices;
    private final Order order;
    private final AnswerForm form;
    private final JsonMapper json;
    private final Duration ping;
    private final Reader reader = new Reader();
    private final Usage usage = new Usage();
    /** Characters of each choice that are sent. */
    private final int[] sent;
    /** Choices whose first chunk is sent. */
    private final boolean[] open;

    /** @param ping so long nothing comes before a comment is sent */
    StreamedAnswer(Choices choices, Order order, AnswerForm form, JsonMapper json, Duration ping) {
        this.choices = choices;
        this.order = order;
        this.form = form;
        this.json = json;
        this.ping = ping;
        this.sent = new int[order.choices()];
        this.open = new boolean[order.choices()];
    }

    /** Failures before the first token are thrown, so that they get their status; later ones become an event. */
    void writeTo(HttpServletResponse response) throws IOException {
        try (choices) {
            var event = next();
            if (event != null && event.failure() != null) {
                throw event.failure();
            }
            var envelope = Envelope.of(form, order.model(), choices.fingerprint());
            var stream = EventStream.open(response, json);
            try {
                int left = order.choices();
                while (left > 0) {
                    if (event == null) {
                        stream.ping();
                    } else if (write(stream, envelope, event)) {
                        left--;
                    }
                    event = left > 0 ? next() : null;
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

    /**
     * What comes next; null when it is time for a comment: nothing came for long, or the reader seems to have left. Only a
     * write tells one that left from one that no longer sends but still reads.
     */
    private Choices.@Nullable Event next() {
        long since = System.nanoTime();
        while (true) {
            long left = ping.toNanos() - (System.nanoTime() - since);
            if (left <= 0) {
                return null;
            }
            var event = choices.next(Duration.ofNanos(Math.min(left, Reader.SELDOM.toNanos())));
            if (event != null || reader.left()) {
                return event;
            }
        }
    }

    /** True when this was the end of a choice. */
    private boolean write(EventStream stream, Envelope envelope, Choices.Event event) throws IOException {
        if (event.failure() != null) {
            throw event.failure();
        }
        int index = event.index();
        if (!open[index]) {
            open[index] = true;
            open(stream, envelope, index);
        }
        if (event.piece() != null) {
            piece(stream, envelope, index, event.piece());
        }
        if (event.end() == null) {
            return false;
        }
        usage.add(event.end(), index % order.n() == 0);
        send(stream, envelope, form.closing(index, event.end()));
        return true;
    }

    private void open(EventStream stream, Envelope envelope, int index) throws IOException {
        var first = form.opening(index);
        if (first != null) {
            send(stream, envelope, first);
        }
        if (!order.echoOf(index).isEmpty()) {
            send(stream, envelope, form.delta(index, new Piece(order.echoOf(index), List.of()), false, 0));
            sent[index] = order.echoOf(index).length();
        }
    }

    private void piece(EventStream stream, Envelope envelope, int index, Piece piece) throws IOException {
        boolean logprobs = order.request(index).sampling().logprobs() >= 0;
        if (!piece.text().isEmpty() || (logprobs && !piece.logprobs().isEmpty())) {
            send(stream, envelope, form.delta(index, piece, logprobs, sent[index]));
            sent[index] += piece.text().length();
        }
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
