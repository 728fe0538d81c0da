package dev.tenon.serving.engine;

import dev.tenon.model.RowTokens;
import java.util.Arrays;

/**
 * A row's part of a step.
 *
 * @param tokens how many of its tokens
 * @param draft tokens that are tried out after them
 */
record StepShare(ActiveRow row, int tokens, long[] draft) {
    /** Whether a token is chosen after them. */
    boolean wanted() {
        return tokens == row.left();
    }

    /** After how many of the tokens and of the draft one is chosen. */
    int choices() {
        return wanted() ? 1 + draft.length : 0;
    }

    /** Tokens that it computes, tried ones among them. */
    int width() {
        return tokens + draft.length;
    }

    RowTokens tokensOf() {
        long[] ids = Arrays.copyOf(row.next(tokens), width());
        System.arraycopy(draft, 0, ids, tokens, draft.length);
        return new RowTokens(row.place, ids, row.request.adapter().hooks(), choices());
    }
}
