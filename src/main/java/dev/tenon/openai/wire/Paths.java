package dev.tenon.openai.wire;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.TokenStreamContext;

/** Where in a body a reader stands, as errors name it: {@code messages[3].content}. */
final class Paths {
    private static final int LONGEST = 200;

    private Paths() {}

    /** The path of the value that is read at this place; empty for the body itself. */
    static String of(@Nullable TokenStreamContext place) {
        var path = new StringBuilder();
        for (var at = place; at != null && !at.inRoot(); at = at.getParent()) {
            if (at.inArray()) {
                path.insert(0, "[" + at.getCurrentIndex() + "]");
            } else if (at.currentName() != null) {
                path.insert(0, "." + shortened(at.currentName()));
            }
            if (path.length() > 4 * LONGEST) {
                // only the outer fields tell a reader where to look
                path.setLength(2 * LONGEST);
            }
        }
        // a body that is an array has no fields
        return path.isEmpty() || path.charAt(0) == '[' ? "" : shortened(path.substring(1));
    }

    private static String shortened(String text) {
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }
}
