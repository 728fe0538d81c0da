package dev.tenon.text;

/**
 * One training document: its token ids, and for each position whether that token is a target of the loss.
 *
 * @param ids token ids, [length]
 * @param trained true where {@code ids[i]} is to be predicted, [length]
 */
@SuppressWarnings("ArrayRecordComponent")
public record TrainingTokens(int[] ids, boolean[] trained) {

    public TrainingTokens {
        if (ids.length != trained.length) {
            throw new IllegalArgumentException("ids and mask differ in length");
        }
    }

    /** How many tokens the loss counts. */
    public int trainedCount() {
        int count = 0;
        for (boolean t : trained) {
            count += t ? 1 : 0;
        }
        return count;
    }
}
