package dev.tenon.method;

import dev.tenon.tensor.Tensor;
import java.util.Map;

/** An adapter that follows the course of its training: budgets that shrink, ranks that are drawn, phases. */
public interface StepAware extends Adapter {
    /**
     * Where a run stands.
     *
     * @param number of the step, counted from 1
     * @param total steps of the whole run
     * @param seed of the run; the same seed and number must lead to the same step
     */
    record Step(int number, int total, long seed) {}

    /** Before the first forward pass of a step. */
    default void before(Step step) {}

    /** After the gradients of a step are known, by parameter; they may be changed in place. */
    default void gradients(Step step, Map<String, Tensor> gradients) {}

    /** After the optimiser has moved the parameters. */
    default void after(Step step) {}
}
