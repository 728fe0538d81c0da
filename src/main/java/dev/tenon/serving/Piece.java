package dev.tenon.serving;

import java.util.List;

/** A stretch of new text that ends between characters, with the log-probabilities of its tokens where asked for. */
public record Piece(String text, List<TokenLogprob> logprobs) {}
