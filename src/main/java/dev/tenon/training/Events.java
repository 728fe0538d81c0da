package dev.tenon.training;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What a training process tells its worker: one JSON object a line on standard output. */
final class Events {
    private static final JsonMapper JSON = new JsonMapper();

    private final PrintStream out;

    Events(PrintStream out) {
        this.out = out;
    }

    /** Writes an event with its fields as name, value, name, value; null values are left out. */
    void send(String event, @Nullable Object... fields) {
        var line = new LinkedHashMap<String, Object>();
        line.put("event", event);
        for (int i = 0; i < fields.length; i += 2) {
            Object value = fields[i + 1];
            if (value != null) {
                line.put(String.valueOf(fields[i]), value);
            }
        }
        send(line);
    }

    /** Writes what an evaluation came to, each of its scores as a field. */
    void evaluation(Evaluation evaluation, int step, boolean full, boolean base) {
        var line = new LinkedHashMap<String, Object>();
        line.put("event", "evaluation");
        line.put("step", step);
        line.put("loss", evaluation.loss());
        line.put("accuracy", evaluation.accuracy());
        line.put("full", full);
        line.put("base", base);
        if (!evaluation.scores().isEmpty()) {
            line.put("scores", evaluation.scores());
        }
        send(line);
    }

    private synchronized void send(Map<String, Object> line) {
        out.println(JSON.writeValueAsString(line));
        out.flush();
    }
}
