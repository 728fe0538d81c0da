package dev.tenon.web.live;

import dev.tenon.job.JobEventView;
import dev.tenon.job.MetricSeries;
import dev.tenon.web.live.LiveState.Line;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes updates as server-sent events; the last event of each update carries the cursor to come back with. */
final class LiveStream {
    private static final int CHUNK = 1000;

    private final PrintWriter out;
    private final JsonMapper json;
    private LiveCursor cursor;

    LiveStream(HttpServletResponse response, JsonMapper json, LiveCursor cursor) throws IOException {
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        this.out = response.getWriter();
        this.json = json;
        this.cursor = cursor;
        out.write("retry: 1000\n\n");
    }

    LiveCursor cursor() {
        return cursor;
    }

    void write(LiveUpdate update) throws IOException {
        if (update.rewind() != null) {
            event("rewind", List.of(update.rewind()), null);
        }
        for (int from = 0; from < update.steps().size(); from += CHUNK) {
            var some = update.steps()
                    .subList(from, Math.min(from + CHUNK, update.steps().size()));
            event("steps", some.stream().map(LiveStream::row).toList(), null);
        }
        if (!update.evaluations().isEmpty()) {
            event(
                    "evaluations",
                    update.evaluations().stream().map(LiveStream::row).toList(),
                    null);
        }
        var lines = update.events().stream()
                .filter(LiveStream::forPeople)
                .map(Line::of)
                .toList();
        if (!lines.isEmpty()) {
            event("log", lines, null);
        }
        cursor = cursor.after(update);
        event("state", LiveState.of(update), cursor);
        if (update.last()) {
            event("end", List.of(), cursor);
        }
        flush();
    }

    void ping() throws IOException {
        out.write(": still here\n\n");
        flush();
    }

    /** A step's metrics are in the curves; its event would only drown the log. */
    private static boolean forPeople(JobEventView event) {
        return !event.type().equals("metrics");
    }

    /** Columns, not names: a long run has many thousand points. */
    private static List<@Nullable Object> row(MetricSeries.StepPoint point) {
        var row = new ArrayList<@Nullable Object>(5);
        row.add(point.step());
        row.add(point.loss());
        row.add(point.accuracy());
        row.add(point.learningRate());
        row.add(point.tokensPerSecond());
        return row;
    }

    private static List<@Nullable Object> row(MetricSeries.EvaluationPoint point) {
        var row = new ArrayList<@Nullable Object>(5);
        row.add(point.step());
        row.add(point.loss());
        row.add(point.accuracy());
        row.add(point.full());
        row.add(point.base());
        return row;
    }

    private void event(String name, Object data, @Nullable LiveCursor id) {
        if (id != null) {
            out.write("id: " + id + "\n");
        }
        // JSON has no raw line ends, so one data line holds it all.
        out.write("event: " + name + "\ndata: " + json.writeValueAsString(data) + "\n\n");
    }

    private void flush() throws IOException {
        if (out.checkError()) {
            throw new IOException("the watcher is gone");
        }
    }
}
