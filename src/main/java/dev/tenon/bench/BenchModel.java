package dev.tenon.bench;

import dev.tenon.model.CausalModel;
import dev.tenon.model.Models;
import dev.tenon.model.Quantisation;
import dev.tenon.model.Quantisation.Format;
import dev.tenon.model.Quantisation.Grain;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Opens the model that a benchmark names: a directory, or {@code random:} and a preset. */
final class BenchModel {
    private static final String RANDOM = "random:";
    private static final int QLORA_GROUP = 64;

    private BenchModel() {}

    static CausalModel open(String name, Device device, DType type, @Nullable Quantisation form) {
        return name.startsWith(RANDOM)
                ? Models.random(name.substring(RANDOM.length()), device, type, 1, form)
                : Models.load(Path.of(name), device, type, form);
    }

    /** {@code nf4} is QLoRA's form: groups of 64 and double quantization; {@code int8} has a scale a channel. */
    static @Nullable Quantisation form(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "none" -> null;
            case "nf4" -> new Quantisation(Format.NF4, false, Grain.GROUP, QLORA_GROUP, true);
            case "int8" -> new Quantisation(Format.INT8, false, Grain.CHANNEL, QLORA_GROUP, false);
            default -> throw new IllegalArgumentException("--quantize is none, nf4 or int8");
        };
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
