package dev.tenon.serving;

import java.util.List;

/** One token as the model saw it: natural log-probability and the likeliest alternatives. */
public record TokenLogprob(Spelling token, double logprob, List<Alternative> top) {

    /** A token that could have stood here. */
    public record Alternative(Spelling token, double logprob) {}

    /**
     * What a token adds to the text.
     *
     * @param id the token
     * @param bytes its bytes as numbers from 0 to 255; a character may need those of several tokens
     */
    public record Spelling(int id, String text, List<Integer> bytes) {}
}
