package dev.tenon.serving.json;

import java.util.Set;

/**
 * Keeps one answer within its grammar and within its number of tokens: a token is only allowed when the text can still
 * be ended with the tokens that are left after it. Since every byte is a token of its own, missing bytes bound missing
 * tokens; where there are fewer tokens than bytes from the start, a plan that spells the shortest text with long tokens
 * stands in until the bytes suffice.
 */
public final class JsonConstraint {
    private static final float LEAST = -1e30f;

    private final TokenMasks masks;
    private final Set<Integer> stopIds;
    private final boolean bounded;
    private final int[] plan;
    private int planned;
    private State state;

    JsonConstraint(TokenMasks masks, Set<Integer> stopIds, int maxTokens) {
        this.masks = masks;
        this.stopIds = Set.copyOf(stopIds);
        this.state = masks.start();
        boolean tight = state.distance > maxTokens;
        this.plan = tight ? masks.ending(state, maxTokens) : new int[0];
        // a limit that not even the shortest text keeps is the caller's; the answer will end by length
        this.bounded = !tight || plan.length > 0;
    }

    /**
     * Forbids, in place, every token that may not come now.
     *
     * @param logits [vocabulary or more]
     * @param left tokens that may still come, this one included
     */
    public void mask(float[] logits, int left) {
        var allowed = masks.allowed(state, bounded ? left - 1 : Program.NEVER - 1);
        int next = planned < plan.length ? plan[planned] : -1;
        for (int id = 0; id < logits.length; id++) {
            boolean may = (id >> 6 < allowed.length && (allowed[id >> 6] & 1L << id) != 0)
                    || id == next
                    || (state.ended && stopIds.contains(id));
            if (!may) {
                logits[id] = Float.NEGATIVE_INFINITY;
            } else if (!Float.isFinite(logits[id])) {
                // a broken model breaks the words, not the form
                logits[id] = LEAST;
            }
        }
    }

    /** Goes on behind the chosen token. */
    public void accept(int id) {
        if (planned < plan.length) {
            // whoever leaves the plan was only let go because the bytes suffice from there
            planned = id == plan[planned] ? planned + 1 : plan.length;
        }
        state = masks.after(state, id);
    }

    /** The text is whole and nothing may follow. */
    public boolean complete() {
        return state.complete();
    }
}
