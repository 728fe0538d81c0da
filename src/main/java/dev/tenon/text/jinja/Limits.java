package dev.tenon.text.jinja;

/**
 * What one template may use up.
 *
 * @param sourceChars length of the template
 * @param depth nesting of blocks, expressions and macro calls
 * @param steps evaluated nodes, plus one for every 64 characters or elements that an operation handles
 * @param chars length of the output, and of every string on the way to it
 * @param elements length of every list
 */
public record Limits(int sourceChars, int depth, long steps, int chars, int elements) {

    /** Far above what real templates need, far below what hurts. */
    public static final Limits STANDARD = new Limits(512 * 1024, 64, 2_000_000, 8 * 1024 * 1024, 200_000);
}
