package dev.tenon.training;

import java.util.Arrays;
import java.util.Random;

/**
 * Hides tokens that are then to be guessed (Devlin et al. 2019): of those that may be, 15 %, of which four fifths become
 * the mask, one tenth some other token, and one tenth stay as they are.
 *
 * @param mask id of the mask
 * @param vocabulary number of tokens
 */
record Masking(int mask, int vocabulary) {
    private static final double HIDDEN = 0.15;
    private static final double MASKED = 0.8;
    private static final double REPLACED = 0.1;

    /** A document whose targets are its own tokens, with some of them hidden, at least one; the seed decides which. */
    Document draw(Document whole, long seed) {
        var random = new Random(seed);
        int[] ids = whole.ids().clone();
        var targets = new int[ids.length];
        Arrays.fill(targets, Document.NOTHING);
        int[] candidates = java.util.stream.IntStream.range(0, ids.length)
                .filter(i -> whole.targets()[i] != Document.NOTHING)
                .toArray();
        int sure = candidates[random.nextInt(candidates.length)];
        for (int i : candidates) {
            if (random.nextDouble() >= HIDDEN && i != sure) {
                continue;
            }
            targets[i] = whole.targets()[i];
            double way = random.nextDouble();
            ids[i] = way < MASKED ? mask : way < MASKED + REPLACED ? random.nextInt(vocabulary) : ids[i];
        }
        return new Document(ids, targets);
    }
}
