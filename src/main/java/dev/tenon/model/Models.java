package dev.tenon.model;

import dev.tenon.artifact.Checkpoint;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.core.Problem;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Opens models: from a directory in Hugging Face's layout, or with random weights for benchmarks. */
public final class Models {
    private static final Map<String, ModelConfig> PRESETS = Map.of(
            "llama-1b",
            new ModelConfig(
                    "llama",
                    2048,
                    22,
                    32,
                    4,
                    64,
                    5632,
                    32_000,
                    4096,
                    1e-5,
                    false,
                    false,
                    false,
                    false,
                    Collections.nCopies(22, 0),
                    new RotaryConfig("default", 10_000, 1, 1, 1, 1),
                    List.of(2)));

    private Models() {}

    /** The type that a device computes in: bfloat16 on a GPU, float on a CPU. */
    public static DType preferredType(Device device) {
        return device.isGpu() ? DType.BF16 : DType.F32;
    }

    /**
     * Loads a model.
     *
     * @throws Problem 400 naming the file, tensor or field that is missing or wrong
     */
    public static CausalModel load(Path directory, Device device, DType type) {
        var config = ModelConfig.read(directory);
        try (var scope = Scope.open();
                var checkpoint = Checkpoint.openDirectory(directory, SafetensorsLimits.BASE_MODEL)) {
            var weights = new CheckpointWeights(checkpoint, device, type);
            var model = ModelFamily.named(config.family()).build(config, weights, device, type);
            weights.requireAllUsed(config.tiedHead() ? Set.of("lm_head.weight") : Set.of());
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A model of a named size ({@code llama-1b}) with random weights. */
    public static CausalModel random(String preset, Device device, DType type, long seed) {
        var config = PRESETS.get(preset);
        if (config == null) {
            throw new IllegalArgumentException("Unknown preset '%s': use %s".formatted(preset, PRESETS.keySet()));
        }
        return random(config, device, type, seed);
    }

    /** A model of any shape with random weights. */
    public static CausalModel random(ModelConfig config, Device device, DType type, long seed) {
        Engine.seed(seed);
        try (var scope = Scope.open()) {
            return ModelFamily.named(config.family()).build(config, new RandomWeights(device, type), device, type);
        }
    }
}
