package dev.tenon.serving;

import java.util.List;

/** One token as the model saw it: its text, natural log-probability and the likeliest alternatives. */
public record TokenLogprob(String token, double logprob, List<Alternative> top) {

    /** A token that could have stood here. */
    public record Alternative(String token, double logprob) {}
}
