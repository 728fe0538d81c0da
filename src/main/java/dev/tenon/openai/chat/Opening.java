package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import dev.tenon.serving.Patience;
import dev.tenon.serving.connection.Connection;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A stream that has not begun, so that what refuses it may have its own status. It begins early for a client that no longer
 * sends while its model is loaded: only a write tells one that left from one that still reads.
 */
final class Opening implements Patience {
    private final HttpServletResponse response;
    private final JsonMapper json;
    private @Nullable EventStream stream;

    Opening(HttpServletResponse response, JsonMapper json) {
        this.response = response;
        this.json = json;
    }

    @Override
    public void check() {
        if (Connection.ended()) {
            try {
                stream().ping();
            } catch (IOException gone) {
                throw Problem.left("The client left before its stream began.");
            }
        }
    }

    boolean begun() {
        return stream != null;
    }

    /** Begins it. */
    EventStream stream() throws IOException {
        if (stream == null) {
            stream = EventStream.open(response, json);
        }
        return stream;
    }

    /** Tells why nothing will come, by a status where none was sent, otherwise in an event. */
    void refuse(Problem problem, Function<Problem, Object> event) throws IOException {
        if (stream == null) {
            throw problem;
        }
        if (!problem.nobodyWaits()) {
            stream.data(event.apply(problem));
        }
    }
}
