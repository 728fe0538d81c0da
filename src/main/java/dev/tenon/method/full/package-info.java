/**
 * Full fine-tuning of chosen modules: every value of their tensors is trained, {@code W' = W + D} with {@code D} of W's
 * shape, float32 and zero in the beginning. The adapter is the change D and not the weights, so that it lies beside the
 * base, is switched, summed and averaged like any other, and folds into the base exactly (Ilharco et al. 2023 call it a task
 * vector). Norms, biases and embeddings can be chosen too. It learns the most and takes the most: four floats a value while
 * training, and a product of the base's size for every request. Compositions of adapters that no LoRA can hold are stored
 * in this form.
 */
@NullMarked
package dev.tenon.method.full;

import org.jspecify.annotations.NullMarked;
