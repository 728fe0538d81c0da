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
import org.jspecify.annotations.Nullable;

/** Opens models: from a directory in Hugging Face's layout, or with random weights for benchmarks. */
public final class Models {
    /** Shapes of TinyLlama (Zhang et al. 2024) and of the models that S-LoRA measures with (Touvron et al. 2023). */
    private static final Map<String, DecoderConfig> PRESETS =
            Map.of("llama-1b", llama(2048, 22, 32, 4, 5632), "llama-7b", llama(4096, 32, 32, 32, 11_008));

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
        return open(directory, device, type, null);
    }

    /**
     * Loads a model of any kind whose blocks keep their matrices in a form of fewer bits.
     *
     * @param form null keeps them dense
     */
    public static Network open(Path directory, Device device, DType type, @Nullable Quantisation form) {
        var config = ModelConfig.read(directory);
        try (var scope = Scope.open();
                var checkpoint = Checkpoint.openDirectory(directory, SafetensorsLimits.BASE_MODEL)) {
            var weights = new CheckpointWeights(checkpoint, device, type);
            var family = ModelFamily.named(config.family());
            var model = family.build(config, formed(weights, form, device, type), device, type);
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
        return load(directory, device, type, null);
    }

    /** The same with a form of fewer bits for the matrices of the blocks, or null. */
    public static CausalModel load(Path directory, Device device, DType type, @Nullable Quantisation form) {
        var config = ModelConfig.read(directory);
        if (config instanceof DecoderConfig) {
            return (CausalModel) open(directory, device, type, form);
        }
        throw Problem.invalid(
                "model",
                "not_generative",
                "The base model is a '%s', which classifies and tags text but does not write it."
                        .formatted(config.family()));
    }

    /** Bytes of a model's weights whose blocks keep their matrices in a form, or dense where that is null. */
    public static long bytes(ModelConfig config, DType type, @Nullable Quantisation form) {
        long dense = config.parameters() * type.bytes();
        return form == null ? dense : dense - blockBytes(config, type, null) + blockBytes(config, type, form);
    }

    /** The part of {@link #bytes} that the matrices of the blocks take. */
    public static long blockBytes(ModelConfig config, DType type, @Nullable Quantisation form) {
        return ModelOutline.of(config).linears().stream()
                .filter(site -> site.layer() >= 0)
                .mapToLong(site ->
                        form == null ? (long) site.out() * site.in() * type.bytes() : form.bytes(site.out(), site.in()))
                .sum();
    }

    /** A model of a named size ({@code llama-1b}, {@code llama-7b}) with random weights. */
    public static CausalModel random(String preset, Device device, DType type, long seed, @Nullable Quantisation form) {
        var config = PRESETS.get(preset);
        if (config == null) {
            throw new IllegalArgumentException("Unknown preset '%s': use %s".formatted(preset, PRESETS.keySet()));
        }
        return (CausalModel) random(config, device, type, seed, form);
    }

    /** A decoder of any shape with random weights. */
    public static CausalModel random(DecoderConfig config, Device device, DType type, long seed) {
        return (CausalModel) random(config, device, type, seed, null);
    }

    /** An encoder of any shape with random weights. */
    public static EncoderModel random(EncoderConfig config, Device device, DType type, long seed) {
        return (EncoderModel) random(config, device, type, seed, null);
    }

    /** A model of any shape with random weights in a form of fewer bits, or dense where that is null. */
    public static Network random(
            ModelConfig config, Device device, DType type, long seed, @Nullable Quantisation form) {
        Engine.seed(seed);
        try (var scope = Scope.open()) {
            var weights = formed(new RandomWeights(device, type), form, device, type);
            return ModelFamily.named(config.family()).build(config, weights, device, type);
        }
    }

    private static DecoderConfig llama(int hidden, int layers, int heads, int keyValueHeads, int intermediate) {
        return new DecoderConfig(
                "llama",
                hidden,
                layers,
                heads,
                keyValueHeads,
                hidden / heads,
                intermediate,
                32_000,
                4096,
                1e-5,
                false,
                false,
                false,
                false,
                Collections.nCopies(layers, 0),
                new RotaryConfig("default", 10_000, 1, 1, 1, 1),
                List.of(2));
    }

    private static Weights formed(Weights weights, @Nullable Quantisation form, Device device, DType type) {
        return form == null ? weights : new QuantisedWeights(weights, form, device, type);
    }
}
