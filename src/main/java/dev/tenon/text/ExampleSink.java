package dev.tenon.text;

/** Takes what a file of examples holds, in its order; lines are counted from 1. */
public interface ExampleSink {
    /** An example that begins on a line. */
    void example(long line, LabelledExample example);

    /** Something that breaks a rule: where it is and how to mend it. */
    void wrong(long line, String field, String rule, String message, String fix);

    /** Whether no more is wanted. */
    default boolean full() {
        return false;
    }
}
