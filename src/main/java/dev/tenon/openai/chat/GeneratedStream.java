package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import dev.tenon.openai.error.ErrorAnswer;
import dev.tenon.serving.GenerationResult;
import dev.tenon.serving.Piece;
import java.io.IOException;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/** The stream of a text generation server: an event for each token, of which the last brings the text and its details. */
final class GeneratedStream implements Feed.Script {
    private final Order order;
    /** Waits for what is known of the whole answer. */
    private @Nullable Piece last;

    GeneratedStream(Order order) {
        this.order = order;
    }

    @Override
    public void event(EventStream stream, Choices.Event event) throws IOException {
        var piece = event.piece();
        if (piece != null && piece.last()) {
            last = piece;
        } else if (piece != null) {
            send(stream, piece, null);
        }
        if (event.end() != null && last != null) {
            send(stream, last, event.end());
        }
    }

    private void send(EventStream stream, Piece piece, @Nullable GenerationResult end) throws IOException {
        var sampling = order.request(0).sampling();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("token", GeneratedText.token(sampling, piece, end));
        json.put("generated_text", end == null ? null : order.echoOf(0) + end.text());
        json.put("details", end == null ? null : GeneratedText.details(sampling, end));
        stream.data(json);
    }

    @Override
    public void over(EventStream stream) {
        // the last token has said it
    }

    @Override
    public Object failure(Problem problem) {
        return ErrorAnswer.flat(problem);
    }
}
