package dev.tenon.method.dylora;

import dev.tenon.method.Adapter;
import dev.tenon.method.LowRankAdapter;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.Ranks;
import dev.tenon.method.StepAware;
import dev.tenon.method.Truncatable;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.List;

/** Pairs by layer, of which a step uses the first ranks. */
final class DyLoraAdapter extends LowRankAdapter<DyLoraConfig> implements StepAware, Truncatable {
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";

    private int drawn;

    DyLoraAdapter(Network model, DyLoraConfig config, ParameterSet tensors, Iterable<String> layers) {
        super(model, config, tensors, layers);
        this.drawn = config.rank();
    }

    /** The rank in use: the step's while it is trained, otherwise all. */
    int rankInUse() {
        return training() ? drawn : config().rank();
    }

    @Override
    public void before(Step step) {
        int ranks = config().rank() - config().leastRank() + 1;
        drawn = config().leastRank()
                + ParameterSet.random(step.seed(), "rank of step " + step.number())
                        .nextInt(ranks);
    }

    @Override
    protected LowRankPair pair(String path) {
        int rank = rankInUse();
        Tensor a = parameter(path + A);
        Tensor b = parameter(path + B);
        double scale = config().alpha() / rank;
        if (!training()) {
            return new LowRankPair(a, b, scale);
        }
        return new LowRankPair(first(a, 0, rank), first(b, 1, rank), scale);
    }

    @Override
    protected boolean isItsPairs() {
        return true;
    }

    private Tensor first(Tensor whole, int dimension, int rank) {
        if (!config().freezesLower()) {
            return whole.slice(dimension, 0, rank);
        }
        Tensor lower = whole.detach().slice(dimension, 0, rank - 1);
        return Tensor.cat(List.of(lower, whole.slice(dimension, rank - 1, rank)), dimension);
    }

    @Override
    protected double dropout() {
        return training() ? config().dropout() : 0;
    }

    @Override
    public Ranks ranks() {
        return config();
    }

    @Override
    public Adapter truncated(int rank) {
        requireRank(rank);
        var tensors = ParameterSet.filled(
                model().device(),
                set -> parameters()
                        .forEach((name, whole) -> set.train(
                                name,
                                whole.detach()
                                        .slice(name.endsWith(A) ? 0 : 1, 0, rank)
                                        .copy())));
        return new DyLoraAdapter(model(), config().cutTo(rank), tensors, matchedModules());
    }
}
