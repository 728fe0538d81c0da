package dev.tenon.text;

import java.util.Arrays;

/**
 * Token ids and where in the text each comes from.
 *
 * @param ids token ids, [length]
 * @param starts first character of each token, in UTF-16 units, [length]
 * @param ends end of each token, exclusive, [length]
 */
@SuppressWarnings("ArrayRecordComponent")
record Encoded(int[] ids, int[] starts, int[] ends) {

    /** Collects the tokens of neighbouring stretches of one text. */
    static final class Builder {
        private int[] ids = new int[64];
        private int[] starts = new int[64];
        private int[] ends = new int[64];
        private int size;

        void add(int id, int start, int end) {
            if (size == ids.length) {
                ids = Arrays.copyOf(ids, size * 2);
                starts = Arrays.copyOf(starts, size * 2);
                ends = Arrays.copyOf(ends, size * 2);
            }
            ids[size] = id;
            starts[size] = start;
            ends[size++] = end;
        }

        void add(Encoded part, int offset) {
            for (int i = 0; i < part.ids.length; i++) {
                add(part.ids[i], part.starts[i] + offset, part.ends[i] + offset);
            }
        }

        Encoded build() {
            return new Encoded(Arrays.copyOf(ids, size), Arrays.copyOf(starts, size), Arrays.copyOf(ends, size));
        }
    }
}
