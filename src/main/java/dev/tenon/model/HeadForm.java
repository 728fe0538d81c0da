package dev.tenon.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The dense layers that turn hidden states into scores of classes.
 *
 * @param pooled whether the encoder's own pooler comes first
 * @param layers in the order of the computation; the last one gives the scores
 */
public record HeadForm(Task task, boolean pooled, List<Layer> layers) {
    /** What a head reads. */
    public enum Task {
        /** The first token of a text: a class for the text. */
        CLASSIFICATION,
        /** Every token: a class for each. */
        TAGGING
    }

    /** What follows a dense layer; in lower case the name of its kernel. */
    public enum Activation {
        NONE,
        TANH,
        RELU
    }

    /** One dense layer by its Hugging Face module path. */
    public record Layer(String path, int in, int out, Activation activation) {}

    public HeadForm {
        layers = List.copyOf(layers);
    }

    public int labels() {
        return layers.getLast().out();
    }

    /** Names and shapes of its tensors. */
    public Map<String, long[]> tensors() {
        var tensors = new LinkedHashMap<String, long[]>();
        for (var layer : layers) {
            tensors.put(layer.path() + ".weight", new long[] {layer.out(), layer.in()});
            tensors.put(layer.path() + ".bias", new long[] {layer.out()});
        }
        return tensors;
    }
}
