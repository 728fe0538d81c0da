package dev.tenon.method.adalora;

import dev.tenon.method.ParameterSet;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How much every triplet of every layer matters, and which are left. The running means are kept beside the parameters, so
 * that a run can be interrupted.
 */
final class Triplets {
    private static final String MEAN = ".sensitivity";
    private static final String SPREAD = ".uncertainty";
    private static final String MASK = ".mask";

    private final List<String> layers;
    private final ParameterSet tensors;
    private final AdaLoraConfig config;

    Triplets(List<String> layers, ParameterSet tensors, AdaLoraConfig config) {
        this.layers = layers;
        this.tensors = tensors;
        this.config = config;
    }

    /** Adds what is kept beside the parameters. */
    static void keepBuffers(ParameterSet tensors, List<String> layers, AdaLoraConfig config) {
        tensors.parameters().forEach((name, parameter) -> {
            tensors.keep(name + MEAN, Tensors.zeros(DType.F32, Device.cpu(), parameter.shape()));
            tensors.keep(name + SPREAD, Tensors.zeros(DType.F32, Device.cpu(), parameter.shape()));
        });
        layers.forEach(path ->
                tensors.keep(path + MASK, Tensors.ones(DType.F32, Device.cpu(), config.initRank(), 1)));
    }

    private Tensor parameter(String name) {
        return Objects.requireNonNull(tensors.parameters().get(name), name);
    }

    private Tensor buffer(String name) {
        return Objects.requireNonNull(tensors.buffers().get(name), name);
    }

    /** Adds a step's gradients to the running means. */
    void observe(Map<String, Tensor> gradients) {
        gradients.forEach((name, gradient) -> Kernels.callNothing(
                "smooth_sensitivity",
                parameter(name),
                gradient,
                buffer(name + MEAN),
                buffer(name + SPREAD),
                config.beta1(),
                config.beta2()));
    }

    /** Leaves the {@code budget} most important triplets of all layers together; ties with the best cut are cut too. */
    void cut(int budget) {
        var scores = new ArrayList<float[]>();
        layers.forEach(path -> scores.add(scores(path)));
        var ranked = Tensor.cat(scores.stream().map(s -> Tensors.of(s, s.length)).toList(), 0)
                .toFloats();
        Arrays.sort(ranked);
        int cut = ranked.length - budget;
        for (int i = 0; i < layers.size(); i++) {
            float[] own = scores.get(i);
            var mask = new float[own.length];
            for (int k = 0; k < own.length; k++) {
                mask[k] = cut > 0 && own[k] <= ranked[cut - 1] ? 0 : 1;
            }
            buffer(layers.get(i) + MASK).copyFrom(Tensors.of(mask, mask.length, 1));
        }
        apply();
    }

    private float[] scores(String path) {
        String a = path + AdaLoraAdapter.A;
        String b = path + AdaLoraAdapter.B;
        String e = path + AdaLoraAdapter.E;
        return Kernels.call(
                        "triplet_scores",
                        buffer(a + MEAN),
                        buffer(a + SPREAD),
                        buffer(b + MEAN),
                        buffer(b + SPREAD),
                        buffer(e + MEAN),
                        buffer(e + SPREAD))
                .toFloats();
    }

    /** Sets what was cut to zero again. */
    void apply() {
        for (String path : layers) {
            Tensor e = parameter(path + AdaLoraAdapter.E);
            e.copyFrom(e.detach().mul(buffer(path + MASK)));
        }
    }

    /** Which triplets of a layer are left. */
    List<Boolean> left(String path) {
        var left = new ArrayList<Boolean>();
        for (float value : buffer(path + MASK).toFloats()) {
            left.add(value > 0);
        }
        return left;
    }
}
