package dev.tenon.text;

import java.util.Arrays;

/**
 * Decodes a sliding window of tokens and gives out what is new in it. The window starts at the last place where all
 * characters were complete, so that a decoder which joins or trims at word borders sees the same neighbours as in one
 * go. Replacement characters at the end are held back: the bytes that follow may complete them.
 */
final class WindowDecoder implements StreamDecoder {
    /** A character has at most four bytes, so an end that is broken for longer than this is garbage for good. */
    private static final int MAX_HELD = 8;

    private static final char REPLACEMENT = '\uFFFD';

    private final Tokenizer tokenizer;
    private int[] window = new int[16];
    private int size;
    /** Tokens of the window that are all given out; the window slides to behind them next time. */
    private int given;
    /** Characters of the decoded window that are given out. */
    private int shown;

    WindowDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public String next(int id) {
        if (tokenizer.isSpecial(id)) {
            return "";
        }
        if (size == window.length) {
            window = Arrays.copyOf(window, size * 2);
        }
        window[size++] = id;
        var text = decoded(size);
        int complete = text.length();
        while (complete > 0 && text.charAt(complete - 1) == REPLACEMENT) {
            complete--;
        }
        return take(text, Math.max(complete, text.length() - MAX_HELD));
    }

    @Override
    public String finish() {
        var text = decoded(size);
        return take(text, text.length());
    }

    private String take(String text, int end) {
        var fresh = end > shown ? text.substring(shown, end) : "";
        shown = Math.max(shown, end);
        if (end == text.length() && end > 0) {
            slide();
        }
        return fresh;
    }

    private void slide() {
        System.arraycopy(window, given, window, 0, size - given);
        size -= given;
        given = size;
        shown = decoded(size).length();
    }

    private String decoded(int tokens) {
        return tokens == 0 ? "" : tokenizer.decode(Arrays.copyOf(window, tokens), true);
    }
}
