package dev.tenon.model.llama;

import dev.tenon.model.DecoderConfig;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;

/**
 * What a step of our own needs of the model.
 *
 * @param weights in the order of {@code kernels/step.py}
 */
record StepFrame(DecoderConfig config, TensorList weights, Tensor frequencies, Device device, DType type) {}
