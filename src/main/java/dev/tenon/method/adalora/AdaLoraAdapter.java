package dev.tenon.method.adalora;

import dev.tenon.method.LowRankAdapter;
import dev.tenon.method.OwnObjective;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.StepAware;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Triplets of singular directions and values by layer, under PEFT's names. */
final class AdaLoraAdapter extends LowRankAdapter<AdaLoraConfig> implements OwnObjective, StepAware {
    static final String A = ".lora_A";
    static final String B = ".lora_B";
    static final String E = ".lora_E";
    /** PEFT divides by a rank that it keeps a little above the whole number. */
    private static final double ABOVE = 1e-5;

    /** Cuts ranks while a fresh adapter is trained; what was read from a file keeps the ranks it has. */
    private final @Nullable Triplets triplets;

    private final Map<String, List<Boolean>> ranksOfFile;
    private Map<String, Tensor> gradients = Map.of();
    private @Nullable RankBudget budget;
    private int total;

    /** A fresh one. */
    AdaLoraAdapter(Network model, AdaLoraConfig config, ParameterSet tensors, List<String> layers) {
        super(model, config, tensors, layers);
        this.triplets = new Triplets(layers, tensors, config);
        this.ranksOfFile = Map.of();
    }

    /**
     * One that was written before.
     *
     * @param ranks which triplets were left, by layer, where any were cut
     * @param total steps of the run that made it
     */
    AdaLoraAdapter(
            Network model,
            AdaLoraConfig config,
            ParameterSet tensors,
            List<String> layers,
            Map<String, List<Boolean>> ranks,
            int total) {
        super(model, config, tensors, layers);
        this.triplets = null;
        this.ranksOfFile = ranks;
        this.total = total;
    }

    @Override
    protected LowRankPair pair(String path) {
        Tensor scaled = parameter(path + A).mul(parameter(path + E));
        return new LowRankPair(scaled, parameter(path + B), config().alpha() / (config().initRank() + ABOVE));
    }

    @Override
    protected double dropout() {
        return training() ? config().dropout() : 0;
    }

    @Override
    public Tensor penalty() {
        var rows = matchedModules().stream().map(path -> parameter(path + A)).toList();
        var columns = matchedModules().stream().map(path -> parameter(path + B)).toList();
        return Kernels.call("orthogonality", rows, columns, config().orthRegWeight());
    }

    @Override
    public void before(Step step) {
        total = step.total();
        if (triplets != null) {
            budget = RankBudget.of(config(), matchedModules().size(), total);
        }
    }

    @Override
    public void gradients(Step step, Map<String, Tensor> found) {
        gradients = found;
    }

    /** As PEFT: the sensitivity is that of the moved weights and the gradient that moved them. */
    @Override
    public void after(Step step) {
        if (triplets != null && budget != null) {
            if (step.number() < budget.lastCut()) {
                triplets.observe(gradients);
            }
            if (budget.cutsAt(step.number())) {
                triplets.cut(budget.at(step.number()));
            } else if (step.number() > budget.lastCut()) {
                triplets.apply();
            }
        }
        gradients = Map.of();
    }

    /** Steps of the run that trained it, 0 before any. */
    int total() {
        return total;
    }

    /** Which triplets are left, by layer, for every layer or, where none was cut, for no layer. */
    Map<String, List<Boolean>> ranks() {
        if (triplets == null) {
            return ranksOfFile;
        }
        var ranks = new LinkedHashMap<String, List<Boolean>>();
        matchedModules().forEach(path -> ranks.put(path, Objects.requireNonNull(triplets).left(path)));
        boolean cut = ranks.values().stream().anyMatch(left -> left.contains(false));
        return cut ? ranks : Map.of();
    }

    /** Whether the parameters still hold the triplets that were cut. */
    boolean holdsCutTriplets() {
        return triplets != null;
    }
}
