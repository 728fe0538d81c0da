package dev.tenon.method.ltsft;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.AdapterTensors;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.ModuleNames;
import dev.tenon.method.StoresDeltas;
import dev.tenon.method.WholeModules;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lottery-ticket sparse fine-tuning. */
final class Ltsft implements AdapterMethod<LtsftConfig>, StoresDeltas {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "ltsft",
                "LT-SFT",
                "sparse",
                "Finds the few values that full fine-tuning moves furthest, goes back, and trains those alone. For"
                        + " languages and tasks that are learnt apart and added up; its first phase takes the memory of full"
                        + " fine-tuning.",
                "θ = θ₀ + φ, φ zero but for the K entries with the largest |θ₁ − θ₀| of a first, dense phase",
                "Ansell et al. 2022, Composable Sparse Fine-Tuning for Cross-Lingual Transfer,"
                        + " https://arxiv.org/abs/2110.07560",
                Set.of("text"),
                "In its first phase, three tenths of the steps unless said otherwise, it is full fine-tuning: gradients of"
                        + " whole matrices and moments of every value, about 1.3 times a LoRA's step. In the second, matrices of"
                        + " which many values are chosen are copied with them for every step, and their gradient is computed"
                        + " whole before the chosen part is taken: about 1.4 times where as many are trained as by a LoRA of"
                        + " rank 8.");
    }

    @Override
    public Class<LtsftConfig> configType() {
        return LtsftConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return LtsftAdapter.class;
    }

    @Override
    public Adapter attach(Network model, LtsftConfig config, long seed) {
        return LtsftAdapter.dense(model, LtsftPlan.of(ModelOutline.of(model.config()), config));
    }

    @Override
    public Adapter restore(Network model, LtsftConfig config, AdapterTensors tensors) {
        return LtsftFile.read(model, LtsftPlan.of(ModelOutline.of(model.config()), config), tensors);
    }

    /** {@code K = density · N}. */
    @Override
    public long parameterCount(ModelOutline outline, LtsftConfig config) {
        return LtsftPlan.of(outline, config).entries();
    }

    /** {@code N}, in the first phase. */
    @Override
    public long trainedAtOnce(ModelOutline outline, LtsftConfig config) {
        return LtsftPlan.of(outline, config).values();
    }

    /** Full fine-tuning's. */
    @Override
    public double learningRate(int hidden) {
        return 5e-5 * Math.pow(2048.0 / hidden, 0.75);
    }

    /** A value and a gap for whatever is not zero; a bias that the base lacks has no place here. */
    @Override
    public long bytes(Network model, Map<String, Tensor> deltas) {
        if (deltas.keySet().stream().anyMatch(name -> BaseTensors.find(model, name) == null)) {
            return Long.MAX_VALUE;
        }
        return LtsftFile.BYTES * count(deltas);
    }

    private static long count(Map<String, Tensor> deltas) {
        return (long) Kernels.call("count_moved", List.copyOf(deltas.values())).item();
    }

    @Override
    public Adapter holding(Network model, Map<String, Tensor> deltas) {
        var modules =
                deltas.keySet().stream().map(WholeModules::module).distinct().toArray(String[]::new);
        var outline = ModelOutline.of(model.config());
        var all = LtsftPlan.of(outline, new LtsftConfig(1, 0.5, 0, 1, ModuleNames.of(modules)));
        long count = count(deltas);
        double density = (double) Math.max(1, count) / all.values();
        var plan = LtsftPlan.of(outline, new LtsftConfig(density, 0.5, 0, 1, ModuleNames.of(modules)));
        return LtsftAdapter.holding(model, plan, deltas, Math.max(1, count));
    }
}
