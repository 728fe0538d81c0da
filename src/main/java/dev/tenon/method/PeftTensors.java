package dev.tenon.method;

import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;

/** PEFT's weights file for adapters whose parameters bear PEFT's names without its prefix. */
public final class PeftTensors {
    private static final String PREFIX = "base_model.model.";

    private PeftTensors() {}

    /**
     * Overwrites every parameter of a fresh adapter with a folder's, or closes it.
     *
     * @throws dev.tenon.core.Problem 400 naming what is missing, has another shape or fits no module
     */
    public static <A extends Adapter> A fill(A adapter, Path folder) {
        try (var scope = Scope.open();
                var tensors = AdapterTensors.open(folder)) {
            adapter.parameters()
                    .forEach((name, tensor) -> tensor.detach().copyFrom(tensors.take(PREFIX + name, tensor.shape())));
            tensors.requireAllTaken();
            return adapter;
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
    }

    /** Writes every parameter into an existing folder. */
    public static void write(Adapter adapter, Path folder) {
        var tensors = new LinkedHashMap<String, Tensor>();
        adapter.parameters().forEach((name, tensor) -> tensors.put(PREFIX + name, tensor));
        AdapterTensors.write(folder, tensors);
    }
}
