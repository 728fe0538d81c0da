package dev.tenon.method;

/**
 * An adapter that is trained in phases, of which each has parameters and buffers of its own and only the last gives a
 * result. Every phase starts its optimiser and its schedule afresh, and a head beside the adapter too.
 */
public interface Phased extends Adapter {
    /** In which phase a step lies, counted from 0; phases follow each other, and the last step lies in the last. */
    int phaseOf(StepAware.Step step);

    /** The phase that it is in. */
    int phase();

    /** Whether no phase comes after the one that it is in. */
    boolean isInLastPhase();

    /**
     * Goes on to a later phase, with what the present one has learnt. Where a checkpoint of that phase is read afterwards,
     * the present one may have learnt nothing.
     */
    void enter(int phase);
}
