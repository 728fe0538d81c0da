package dev.tenon.method;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Objects;

/**
 * The tensors of one bottleneck by name: {@code adapter_down} and {@code adapter_up} with {@code weight} and {@code bias},
 * and {@code adapter_scale}, below a path.
 *
 * @param zero whether the last layer starts at zero and the first uniform in {@code ±1/√in} (He et al. 2022); otherwise
 *     both start normal with deviation 0.02
 */
public record BottleneckTensors(String path, int in, int width, int out, boolean bias, boolean scaled, boolean zero) {
    private static final double DEVIATION = 0.02;

    private String down() {
        return path + ".adapter_down";
    }

    private String up() {
        return path + ".adapter_up";
    }

    /** Adds them to a set of trained tensors. */
    public void addTo(ParameterSet set, long seed) {
        String down = down() + ".weight";
        String up = up() + ".weight";
        var random = ParameterSet.random(seed, down);
        double bound = 1 / Math.sqrt(in);
        set.train(
                down,
                zero
                        ? Tensors.uniform(random, -bound, bound, width, in)
                        : Tensors.randn(random, width, in).mul(DEVIATION));
        set.train(
                up,
                zero
                        ? zeros(out, width)
                        : Tensors.randn(ParameterSet.random(seed, up), out, width)
                                .mul(DEVIATION));
        if (bias) {
            set.train(down() + ".bias", zeros(width));
            set.train(up() + ".bias", zeros(out));
        }
        if (scaled) {
            set.train(path + ".adapter_scale", Tensors.ones(DType.F32, Device.cpu(), 1));
        }
    }

    private static Tensor zeros(long... shape) {
        return Tensors.zeros(DType.F32, Device.cpu(), shape);
    }

    /** The bottleneck that they make. */
    public Bottleneck of(ParameterSet set, Activation activation, double scale) {
        var all = set.parameters();
        return new Bottleneck(
                Objects.requireNonNull(all.get(down() + ".weight"), path),
                all.get(down() + ".bias"),
                Objects.requireNonNull(all.get(up() + ".weight"), path),
                all.get(up() + ".bias"),
                activation,
                scale,
                all.get(path + ".adapter_scale"));
    }
}
