package dev.tenon.training;

import java.util.Arrays;

/**
 * One example as tokens.
 *
 * @param trained whether the token of the same index counts in the loss
 */
public record Document(int[] ids, boolean[] trained) {
    /** Tokens that count: those trained that have a token before them. */
    int targets() {
        int count = 0;
        for (int i = 1; i < trained.length; i++) {
            count += trained[i] ? 1 : 0;
        }
        return count;
    }

    Document cut(int length) {
        return ids.length <= length ? this : new Document(Arrays.copyOf(ids, length), Arrays.copyOf(trained, length));
    }
}
