package dev.tenon.model;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A head with its weights: from hidden states to a score for each label.
 *
 * @param labels names of the classes, in the order of the scores
 * @param tensors by the names of {@link HeadForm#tensors}; whoever made the head owns them
 */
public record Head(HeadForm form, List<String> labels, Map<String, Tensor> tensors) {
    public Head {
        labels = List.copyOf(labels);
    }

    /**
     * Scores {@code [rows, labels]} of the last hidden states {@code [rows, hidden]} of those tokens that the task
     * reads.
     */
    public Tensor logits(EncoderModel model, Tensor rows, Hooks hooks) {
        Tensor x = form.pooled() ? model.pooled(rows, hooks) : rows;
        for (var layer : form.layers()) {
            x = Kernels.call("own_linear", x, tensor(layer.path() + ".weight"), tensor(layer.path() + ".bias"));
            if (layer.activation() != HeadForm.Activation.NONE) {
                x = Kernels.call(layer.activation().name().toLowerCase(Locale.ROOT), x);
            }
        }
        return x;
    }

    private Tensor tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }
}
