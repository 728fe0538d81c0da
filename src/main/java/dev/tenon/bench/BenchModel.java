package dev.tenon.bench;

import dev.tenon.method.QuantizationConfig;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Models;
import dev.tenon.model.Quantisation;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Opens the model that a benchmark names: a directory, or {@code random:} and a preset. */
final class BenchModel {
    private static final String RANDOM = "random:";

    private BenchModel() {}

    /** Starts the engine as the arguments have it, and opens the model in a form. */
    static CausalModel open(Arguments options, @Nullable Quantisation form) {
        Engine.start(Path.of(options.text("cache")), options.number("threads"), System.err::println);
        Device device = Device.parse(options.text("device"));
        DType type = type(options.text("dtype"), device);
        String name = options.text("model");
        return name.startsWith(RANDOM)
                ? Models.random(name.substring(RANDOM.length()), device, type, 1, form)
                : Models.load(Path.of(name), device, type, form);
    }

    /** {@code none}, {@code nf4} or {@code int8}, as an adapter's settings have it. */
    static @Nullable Quantisation form(String name) {
        return QuantizationConfig.form(Map.of(QuantizationConfig.KEY, name));
    }

    /** {@code auto} is what the device computes in by itself. */
    private static DType type(String name, Device device) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "auto" -> Models.preferredType(device);
            case "bf16" -> DType.BF16;
            case "fp16" -> DType.F16;
            case "fp32" -> DType.F32;
            default -> throw new IllegalArgumentException("--dtype is auto, bf16, fp16 or fp32");
        };
    }
}
