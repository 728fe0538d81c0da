package dev.tenon.serving.engine;

import java.util.Arrays;

/**
 * Guesses what follows from what followed the same few tokens before (prompt lookup decoding, Saxena 2023; the n-gram match
 * of LLMA, Yang et al. 2023): answers repeat their prompts, and themselves.
 */
final class PromptLookup {
    private static final int LONGEST = 4;
    private static final int SHORTEST = 2;

    private PromptLookup() {}

    /**
     * The tokens that may follow, at most {@code most}; none where nothing is alike.
     *
     * @param tokens of a sequence, as far as {@code length}; what is negative is no word and never guessed
     */
    static long[] guess(long[] tokens, int length, int most) {
        for (int size = Math.min(LONGEST, length - 1); size >= SHORTEST && most > 0; size--) {
            for (int from = length - size - 1; from >= 0; from--) {
                if (Arrays.equals(tokens, from, from + size, tokens, length - size, length)) {
                    int begin = from + size;
                    long[] found = Arrays.copyOfRange(tokens, begin, Math.min(begin + most, length));
                    return Arrays.stream(found).takeWhile(id -> id >= 0).toArray();
                }
            }
        }
        return new long[0];
    }
}
