package dev.tenon.model;

import dev.tenon.core.Problem;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** One architecture: reads its configuration and builds its model. Families are found by {@link ServiceLoader}. */
public interface ModelFamily {
    /** The {@code model_type} values of {@code config.json} that this family understands. */
    Set<String> modelTypes();

    /**
     * Reads the configuration.
     *
     * @throws Problem 400 naming a field that is missing or has an unsupported value
     */
    ModelConfig configure(JsonNode json);

    /** The shape of every tensor that {@link #build} asks for, by its Hugging Face name. */
    Map<String, long[]> tensors(ModelConfig config);

    /** The sites of a model of this configuration by path and shape. */
    ModelOutline outline(ModelConfig config);

    /** Names of tensors that a checkpoint may have although {@link #build} does not ask for them. */
    Set<String> harmless(ModelConfig config);

    /** Builds the model, asking {@code weights} for every tensor by its Hugging Face name and shape. */
    Network build(ModelConfig config, Weights weights, Device device, DType type);

    /** The family of a {@code model_type}. */
    static ModelFamily named(String modelType) {
        var known = new TreeSet<String>();
        for (ModelFamily family : ServiceLoader.load(ModelFamily.class, ModelFamily.class.getClassLoader())) {
            if (family.modelTypes().contains(modelType)) {
                return family;
            }
            known.addAll(family.modelTypes());
        }
        throw Problem.invalid(
                "file",
                "unsupported_architecture",
                "The model type '%s' is not supported; supported are %s."
                        .formatted(modelType, String.join(", ", known)));
    }
}
