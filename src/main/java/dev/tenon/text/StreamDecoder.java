package dev.tenon.text;

/** Turns token ids that arrive one by one into text, holding bytes back until they are complete characters. */
public interface StreamDecoder {

    /** Takes the next token; returns the text that became complete, often a word, sometimes nothing. */
    String next(int id);

    /** Returns whatever is still held back, at the end of the answer. */
    String finish();
}
