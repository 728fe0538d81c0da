package dev.tenon.model.llama;

/** The order in which steps of our own have a model's weights, that of {@code kernels/step.py}, and its groups of layers. */
final class StepOrder {
    /** Groups of layers of one input in a block, in the order of the model's groups. */
    static final int GROUPS = 4;

    static final int PROJECTIONS = 0;
    static final int OUTPUT = 1;
    static final int GATING = 2;
    static final int DOWN = 3;

    /** Layers of a group at most, which have ranks of their own. */
    static final int LAYERS = 3;

    /** Where the blocks' weights begin among all, and how many a block has. */
    static final int FIRST = 3;

    static final int EACH = 10;

    private StepOrder() {}

    /** Where a block's weights begin. */
    static int weights(int layer) {
        return FIRST + EACH * layer;
    }
}
