package dev.tenon.serving.labels;

import dev.tenon.model.EncoderModel;
import org.jspecify.annotations.Nullable;

/** What has room in a pass: texts of one model, of so many tokens, not too many of them much shorter than the longest. */
final class PassRoom {
    static final int TOKENS = 4096;

    /** Attention fills every text up to the longest. */
    static final int FILLED_UP = 4 * TOKENS;

    private @Nullable EncoderModel model;
    private int texts;
    private int tokens;
    private int longest;

    /** Takes the next text of a request, the first whatever its length; false where it must wait. */
    boolean takes(Asked asked) {
        int length = asked.nextLength();
        int longer = Math.max(longest, length);
        if (texts > 0
                && (asked.request.model() != model || tokens + length > TOKENS || (texts + 1) * longer > FILLED_UP)) {
            return false;
        }
        model = asked.request.model();
        texts++;
        tokens += length;
        longest = longer;
        return true;
    }
}
