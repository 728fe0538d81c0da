package dev.tenon.openai.wire;

/**
 * How large a JSON body may be. What exceeds it is refused while it is read, before it takes memory.
 *
 * @param bytes of the whole body
 * @param items of any one array, and keys of any one object
 * @param values in the whole body, those within others included
 */
public record Allowance(int bytes, int items, int values) {
    /** A body that is bounded by its bytes alone. */
    static Allowance ofBytes(int bytes) {
        return new Allowance(bytes, bytes, bytes);
    }
}
