package dev.tenon.bench;

import java.util.Random;

/** Numbers of tokens from the least to the most, both among them and all equally often. */
record Lengths(int least, int most) {
    /** Reads {@code 128}, or {@code 8-512}. */
    static Lengths parse(String name, String text) {
        var ends = text.split("-", 2);
        try {
            var lengths = new Lengths(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
            if (lengths.least > 0 && lengths.least <= lengths.most) {
                return lengths;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "--%s is a number of tokens, or a least and a most as in 8-512".formatted(name));
    }

    int drawn(Random random) {
        return random.nextInt(least, most + 1);
    }

    int middle() {
        return (least + most) / 2;
    }
}
