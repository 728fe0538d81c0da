package dev.tenon.training;

import java.util.Arrays;

/**
 * One example as tokens.
 *
 * @param ids token ids, {@code [length]}
 * @param targets what is to be told from each token: the next token, the masked token, the number of a label; {@link
 *     #NOTHING} where nothing is, {@code [length]}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Document(int[] ids, int[] targets) {
    /** The target of a token that does not count. */
    public static final int NOTHING = -1;

    /** A document whose tokens each tell the next, where that one is trained. */
    public static Document next(int[] ids, boolean[] trained) {
        var targets = new int[ids.length];
        Arrays.fill(targets, NOTHING);
        for (int i = 1; i < ids.length; i++) {
            if (trained[i]) {
                targets[i - 1] = ids[i];
            }
        }
        return new Document(ids, targets);
    }

    /** Tokens that count. */
    int count() {
        return (int) Arrays.stream(targets).filter(target -> target != NOTHING).count();
    }
}
