package dev.tenon.method;

import dev.tenon.model.Hooks;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A method at work on one model: its tensors and what it does at the model's sites. */
public interface Adapter extends AutoCloseable {
    /** The settings it was made with. */
    Record config();

    /** The trainable tensors by name, in an order that never changes. They are float32 whatever the model's type. */
    Map<String, Tensor> parameters();

    /** Tensors that belong to it and are not trained, such as indices; they are kept beside the parameters. */
    default Map<String, Tensor> buffers() {
        return Map.of();
    }

    /** All of them, trained or kept. */
    default List<Tensor> tensors() {
        return Stream.concat(parameters().values().stream(), buffers().values().stream())
                .toList();
    }

    /** What a folder of its own keeps of it, by name; what is made for it belongs to the current scope. */
    default Map<String, Tensor> stored() {
        var stored = new LinkedHashMap<>(parameters());
        stored.putAll(buffers());
        return stored;
    }

    /** What it does at the sites. */
    Hooks hooks();

    /** Paths of the modules it changes; never empty. */
    Set<String> matchedModules();

    /** Switches what only happens in training, such as dropout, on or off; off in the beginning. */
    void train(boolean on);

    /** The number of trainable values. */
    default long parameterCount() {
        return parameters().values().stream().mapToLong(Tensor::elements).sum();
    }

    @Override
    void close();
}
