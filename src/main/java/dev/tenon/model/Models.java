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

/** Opens models: from a directory in Hugging Face's layout, or with random weights for benchmarks. */
public final class Models {
    private static final Map<String, DecoderConfig> PRESETS = Map.of(
            "llama-1b",
            new DecoderConfig(
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
     * Loads a model of any kind.
     *
     * @throws Problem 400 naming the file, tensor or field that is missing or wrong
     */
    public static Network open(Path directory, Device device, DType type) {
        var config = ModelConfig.read(directory);
        try (var scope = Scope.open();
                var checkpoint = Checkpoint.openDirectory(directory, SafetensorsLimits.BASE_MODEL)) {
            var weights = new CheckpointWeights(checkpoint, device, type);
            var family = ModelFamily.named(config.family());
            var model = family.build(config, weights, device, type);
            weights.requireAllUsed(family.harmless(config));
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Loads a model that writes text.
     *
     * @throws Problem 400 naming what is missing or wrong, or that the model is of another kind
     */
    public static CausalModel load(Path directory, Device device, DType type) {
        var config = ModelConfig.read(directory);
        if (config instanceof DecoderConfig) {
            return (CausalModel) open(directory, device, type);
        }
        throw Problem.invalid(
                "model",
                "not_generative",
                "The base model is a '%s', which classifies and tags text but does not write it."
                        .formatted(config.family()));
    }

    /** A model of a named size ({@code llama-1b}) with random weights. */
    public static CausalModel random(String preset, Device device, DType type, long seed) {
        var config = PRESETS.get(preset);
        if (config == null) {
            throw new IllegalArgumentException("Unknown preset '%s': use %s".formatted(preset, PRESETS.keySet()));
        }
        return random(config, device, type, seed);
    }

    /** A decoder of any shape with random weights. */
    public static CausalModel random(DecoderConfig config, Device device, DType type, long seed) {
        return (CausalModel) drawn(config, device, type, seed);
    }

    /** An encoder of any shape with random weights. */
    public static EncoderModel random(EncoderConfig config, Device device, DType type, long seed) {
        return (EncoderModel) drawn(config, device, type, seed);
    }

    private static Network drawn(ModelConfig config, Device device, DType type, long seed) {
        Engine.seed(seed);
        try (var scope = Scope.open()) {
            return ModelFamily.named(config.family()).build(config, new RandomWeights(device, type), device, type);
        }
    }
}
