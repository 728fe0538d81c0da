package dev.tenon.serving.engine;

import dev.tenon.model.RowTokens;

/** A row's part of a step: how many of its tokens. */
record StepShare(ActiveRow row, int tokens) {
    /** Whether a token is chosen after them. */
    boolean wanted() {
        return tokens == row.left();
    }

    RowTokens tokensOf() {
        return new RowTokens(row.place, row.next(tokens), row.request.adapter().hooks(), wanted());
    }
}
