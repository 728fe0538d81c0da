package dev.tenon.job;

/**
 * What somebody wants of a method.
 *
 * @param base name of the base model
 * @param examples that there are to learn from
 * @param memoryBytes that training may take; 0 is whatever there is
 * @param serving how the result will be served
 */
public record MethodNeed(String base, long examples, long memoryBytes, Serving serving) {
    /** How an adapter will be served. */
    public enum Serving {
        /** Nothing particular. */
        ANY,
        /** One adapter alone, as fast as the bare base. */
        FASTEST,
        /** Several adapters summed in one answer. */
        COMBINED,
        /** By other servers too, from PEFT's files. */
        ELSEWHERE
    }
}
