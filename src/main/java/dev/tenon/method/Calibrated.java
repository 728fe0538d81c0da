package dev.tenon.method;

import dev.tenon.model.Network;

/**
 * A method whose adapters start from what the model does with the training data.
 *
 * @param <C> its settings
 */
public interface Calibrated<C extends Record> {
    /** How many training examples it wants to see under these settings; 0 is none. */
    int calibrationExamples(C config);

    /** Makes a new adapter after a look at the data, which has at least one example. */
    Adapter attach(Network model, C config, long seed, Calibration calibration);
}
