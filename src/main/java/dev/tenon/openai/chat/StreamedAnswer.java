package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import dev.tenon.openai.error.ErrorAnswer;
import dev.tenon.serving.Piece;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stream of an answer as OpenAI's clients read it. */
final class StreamedAnswer implements Feed.Script {
    private final Order order;
    private final AnswerForm form;
    private final Envelope envelope;
    private final Usage usage = new Usage();
    /** Characters of each choice that are sent. */
    private final int[] sent;
    /** Choices whose first chunk is sent. */
    private final boolean[] open;

    StreamedAnswer(Order order, AnswerForm form, Envelope envelope) {
        this.order = order;
        this.form = form;
        this.envelope = envelope;
        this.sent = new int[order.choices()];
        this.open = new boolean[order.choices()];
    }

    @Override
    public void event(EventStream stream, Choices.Event event) throws IOException {
        int index = event.index();
        if (!open[index]) {
            open[index] = true;
            open(stream, index);
        }
        if (event.piece() != null) {
            piece(stream, index, event.piece());
        }
        if (event.end() != null) {
            usage.add(event.end(), index % order.n() == 0);
            send(stream, form.closing(index, event.end()));
        }
    }

    @Override
    public void over(EventStream stream) throws IOException {
        if (order.includeUsage()) {
            var last = envelope.around(form.chunkObject(), List.of());
            last.put("usage", usage.json());
            stream.data(last);
        }
        stream.done();
    }

    @Override
    public Object failure(Problem problem) {
        return ErrorAnswer.body(problem);
    }

    private void open(EventStream stream, int index) throws IOException {
        var first = form.opening(index);
        if (first != null) {
            send(stream, first);
        }
        if (!order.echoOf(index).isEmpty()) {
            send(stream, form.delta(index, new Piece(order.echoOf(index), List.of(), false), false, 0));
            sent[index] = order.echoOf(index).length();
        }
    }

    private void piece(EventStream stream, int index, Piece piece) throws IOException {
        boolean logprobs = order.request(index).sampling().logprobs() >= 0;
        if (!piece.text().isEmpty() || (logprobs && !piece.logprobs().isEmpty())) {
            send(stream, form.delta(index, piece, logprobs, sent[index]));
            sent[index] += piece.text().length();
        }
    }

    private void send(EventStream stream, Map<String, @Nullable Object> choice) throws IOException {
        var chunk = envelope.around(form.chunkObject(), List.of(choice));
        if (order.includeUsage()) {
            chunk.put("usage", null);
        }
        stream.data(chunk);
    }
}
