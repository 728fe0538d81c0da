package dev.tenon.bench;

import dev.tenon.model.CausalModel;
import dev.tenon.model.Models;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.util.Locale;

/** Opens the model that a benchmark names: a directory, or {@code random:} and a preset. */
final class BenchModel {
    private static final String RANDOM = "random:";

    private BenchModel() {}

    static CausalModel open(String name, Device device, DType type) {
        return name.startsWith(RANDOM)
                ? Models.random(name.substring(RANDOM.length()), device, type, 1)
                : Models.load(Path.of(name), device, type);
    }

    /** {@code auto} is what the device computes in by itself. */
    static DType type(String name, Device device) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "auto" -> Models.preferredType(device);
            case "bf16" -> DType.BF16;
            case "fp16" -> DType.F16;
            case "fp32" -> DType.F32;
            default -> throw new IllegalArgumentException("--dtype is auto, bf16, fp16 or fp32");
        };
    }
}
