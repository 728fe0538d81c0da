package dev.tenon;

import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.nio.file.Path;
import java.util.Objects;

/** Starts the tensor engine for tests and reads reference tensors. */
public final class TensorEngine {
    private TensorEngine() {}

    public static void start() {
        Engine.start(Path.of(System.getProperty("user.home"), ".djl.ai"), 2, message -> {});
    }

    /** A tensor of a reference file, on the CPU. */
    public static Tensor read(SafetensorsFile file, String name) {
        var entry = Objects.requireNonNull(file.find(name), () -> "no tensor " + name);
        return Tensors.load(file.data(entry), DType.valueOf(entry.type().name()), entry.dimensions(), Device.cpu());
    }

    /** The largest absolute difference of two arrays of one length. */
    public static double distance(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new AssertionError("lengths differ: " + a.length + " and " + b.length);
        }
        double most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }
}
