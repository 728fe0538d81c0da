package dev.tenon.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that each token id adds to a text, and all ids in the order of their bytes, so that a walk over them meets
 * every common beginning once. Special tokens and holes in the numbering add nothing and have no bytes.
 */
public final class TokenBytes {
    private static final byte[][] BY_LETTER = letters();

    private final byte @Nullable [][] bytes;
    private final int[] order;
    private final int[] shared;
    private final int longest;

    TokenBytes(Tokenizer tokenizer, TokenizerFile file) {
        boolean byteLevel = file.byteLevel();
        bytes = new byte[tokenizer.vocabularySize()][];
        file.spellings().forEach((spelling, id) -> {
            if (!tokenizer.isSpecial(id)) {
                bytes[id] = byteLevel ? fromLetters(spelling) : fromPiece(spelling);
            }
        });
        for (var token : file.added()) {
            if (!token.special()) {
                bytes[token.id()] = token.content().getBytes(StandardCharsets.UTF_8);
            }
        }
        order = IntStream.range(0, bytes.length)
                .filter(id -> bytes[id] != null && bytes[id].length > 0)
                .boxed()
                .sorted(Comparator.comparing(id -> bytes[id], Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();
        longest = IntStream.of(order).map(id -> bytes[id].length).max().orElse(0);
        shared = new int[order.length];
        for (int i = 1; i < order.length; i++) {
            int same = Arrays.mismatch(of(order[i - 1]), of(order[i]));
            shared[i] = same < 0 ? of(order[i]).length : same;
        }
    }

    /** The bytes of an id; none for a special token or an id outside the vocabulary. Not to be changed. */
    public byte[] of(int id) {
        var own = id < bytes.length ? bytes[id] : null;
        return own == null ? new byte[0] : own;
    }

    /** The most bytes that one token stands for. */
    public int longest() {
        return longest;
    }

    /** One more than the highest id. */
    public int size() {
        return bytes.length;
    }

    /** The ids that have bytes, ordered by them as unsigned numbers. Not to be changed. */
    public int[] order() {
        return order;
    }

    /** For each place in {@link #order} the number of first bytes it shares with the place before. Not to be changed. */
    public int[] shared() {
        return shared;
    }

    /** Byte-level vocabularies spell every byte as one visible letter. */
    private static byte[] fromLetters(String spelling) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < spelling.length(); i++) {
            char letter = spelling.charAt(i);
            var known = letter < BY_LETTER.length ? BY_LETTER[letter] : null;
            out.writeBytes(known == null ? Character.toString(letter).getBytes(StandardCharsets.UTF_8) : known);
        }
        return out.toByteArray();
    }

    /** Word-piece vocabularies mark a space by U+2581 and spell bytes without a character as {@code <0x0A>}. */
    private static byte[] fromPiece(String spelling) {
        if (spelling.matches("<0x[0-9A-Fa-f]{2}>")) {
            return new byte[] {(byte) Integer.parseInt(spelling.substring(3, 5), 16)};
        }
        return spelling.replace('\u2581', ' ').getBytes(StandardCharsets.UTF_8);
    }

    /** GPT-2's table: printable Latin-1 stands for itself, the other bytes for the letters from U+0100 on. */
    private static byte[][] letters() {
        var letters = new byte[0x144][];
        int next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean itself = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            letters[itself ? b : next++] = new byte[] {(byte) b};
        }
        return letters;
    }
}
