package dev.tenon.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How texts become an encoder's tokens: the tokens that its tokenizer puts around every text, and words by piece. */
public final class EncoderFormat implements AutoCloseable {
    /** Letters and digits, joined by single marks inside a word; every other mark is a word of its own. */
    private static final Pattern WORD =
            Pattern.compile("[\\p{L}\\p{M}\\p{N}]+(?:['’\\-.][\\p{L}\\p{M}\\p{N}]+)*|[^\\s\\p{L}\\p{M}\\p{N}]");

    private final Tokenizer tokenizer;
    private final int[] before;
    private final int[] after;
    private final @Nullable Integer mask;

    private EncoderFormat(Tokenizer tokenizer, Path directory) {
        this.tokenizer = tokenizer;
        int[] empty = tokenizer.encodeWithAdded("");
        int[] filled = tokenizer.encodeWithAdded("a");
        int differs = Math.max(0, Arrays.mismatch(empty, filled));
        before = Arrays.copyOf(empty, differs);
        after = Arrays.copyOfRange(empty, differs, empty.length);
        var declared = TokenizerFile.token(TokenizerFile.object(directory, "tokenizer_config.json"), "mask_token");
        mask = declared == null ? either("<mask>", "[MASK]") : tokenizer.id(declared);
    }

    private @Nullable Integer either(String one, String other) {
        var found = tokenizer.id(one);
        return found != null ? found : tokenizer.id(other);
    }

    /** Reads a model directory. */
    public static EncoderFormat load(Path directory) {
        var tokenizer = Tokenizer.load(directory);
        try {
            return new EncoderFormat(tokenizer, directory);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** A word of a text, from its first character to the one after its last, in UTF-16 units. */
    public record Word(int start, int end) {}

    /**
     * Words as tokens.
     *
     * @param ids with the tokens around the text
     * @param pieces the place of each word's first piece among the ids; −1 for a word that was cut off or has none
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Words(int[] ids, int[] pieces) {}

    /** A text's tokens with those around it, cut to {@code longest} in all. */
    public int[] text(String text, int longest) {
        return around(tokenizer.encode(text), longest);
    }

    private int[] around(int[] ids, int longest) {
        int kept = Math.min(ids.length, longest - before.length - after.length);
        int[] all = Arrays.copyOf(before, before.length + kept + after.length);
        System.arraycopy(ids, 0, all, before.length, kept);
        System.arraycopy(after, 0, all, before.length + kept, after.length);
        return all;
    }

    /** Words as tokens of one text in which they are apart by blanks. */
    public Words words(List<String> words, int longest) {
        String text = String.join(" ", words);
        var encoded = tokenizer.encodeMarked(List.of(new ChatTemplate.Piece(text, true)));
        var pieces = new int[words.size()];
        Arrays.fill(pieces, -1);
        int room = longest - before.length - after.length;
        int token = 0;
        int start = 0;
        for (int i = 0; i < pieces.length; i++) {
            int end = start + words.get(i).length();
            while (token < encoded.ids().length && encoded.ends()[token] <= start) {
                token++;
            }
            if (token < Math.min(room, encoded.ids().length) && encoded.starts()[token] < end) {
                pieces[i] = before.length + token;
            }
            start = end + 1;
        }
        return new Words(around(encoded.ids(), longest), pieces);
    }

    /** The words of a running text, split as tagged sentences are. */
    public static List<Word> split(String text) {
        var words = new ArrayList<Word>();
        var matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(new Word(matcher.start(), matcher.end()));
        }
        return words;
    }

    /** Whether a place among the ids of a text belongs to the tokens around it. */
    public boolean around(int place, int length) {
        return place < before.length || place >= length - after.length;
    }

    /** The token that stands for a masked one, or null where the tokenizer has none. */
    public @Nullable Integer mask() {
        return mask;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
