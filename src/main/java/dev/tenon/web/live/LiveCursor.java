package dev.tenon.web.live;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How far a watcher has seen a job, as it travels in {@code Last-Event-ID}: {@code <event sequence>.<step>}. */
record LiveCursor(long sequence, int step) {
    static final LiveCursor START = new LiveCursor(0, -1);
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})\\.(-1|[0-9]{1,9})");

    /** Anything that is not ours starts from the beginning, which is always right and only longer. */
    static LiveCursor parse(@Nullable String text) {
        if (text == null) {
            return START;
        }
        var form = FORM.matcher(text);
        return form.matches() ? new LiveCursor(Long.parseLong(form.group(1)), Integer.parseInt(form.group(2))) : START;
    }

    /** The cursor of a watcher that has received the update too. */
    LiveCursor after(LiveUpdate update) {
        int seen = update.rewind() != null ? Math.min(step, update.rewind()) : step;
        return new LiveCursor(
                update.events().isEmpty()
                        ? sequence
                        : Math.max(sequence, update.events().getLast().sequence()),
                update.steps().isEmpty()
                        ? seen
                        : Math.max(seen, update.steps().getLast().step()));
    }

    @Override
    public String toString() {
        return sequence + "." + step;
    }
}
