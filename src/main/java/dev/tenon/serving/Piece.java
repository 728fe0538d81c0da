package dev.tenon.serving;

import java.util.List;

/**
 * The new text of a token, which ends between characters, with the token's log-probabilities where asked for.
 *
 * @param last whether the answer ends here
 */
public record Piece(String text, List<TokenLogprob> logprobs, boolean last) {}
