package dev.tenon.serving.labels;

/**
 * A text as an encoder reads it.
 *
 * @param ids its tokens, those around it among them
 * @param places of the tokens of which the head tells something, ascending
 */
@SuppressWarnings("ArrayRecordComponent")
public record ReadText(long[] ids, int[] places) {}
