package dev.tenon.method.compacter;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.Bottleneck;
import dev.tenon.method.ModuleNames;
import dev.tenon.method.NormTargets;
import dev.tenon.method.OwnTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.BranchSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Bottlenecks behind block parts, of matrices that share their slow factors. */
final class CompacterAdapter extends TensorAdapter<CompacterConfig> implements Hooks {
    /** The two matrices of one adapter. */
    private record Pair(KroneckerFactors down, KroneckerFactors up) {}

    private final ParameterSet set;
    private final Map<String, Pair> pairs;
    private final OwnTensors norms = new OwnTensors();

    static CompacterAdapter make(Network model, CompacterConfig config, long seed) {
        var outline = ModelOutline.of(model.config());
        int width = config.width(outline.embedding().out());
        var pairs = new LinkedHashMap<String, Pair>();
        for (BranchSite site : config.branches().of(model)) {
            pairs.put(site.path(), pair(site.path() + ".", site.width(), width, config));
        }
        var names = normTensors(outline, config).keySet();
        var set = ParameterSet.filled(model.device(), filling -> {
            int dim = config.phmDim();
            var random = ParameterSet.random(seed, KroneckerFactors.SHARED);
            filling.train(
                    KroneckerFactors.SHARED,
                    Tensors.randn(random, dim, dim, dim).mul(config.phmInitRange()));
            pairs.values().forEach(pair -> {
                pair.down().addTo(filling, seed);
                pair.up().addTo(filling, seed);
            });
            names.forEach(name -> filling.train(name, BaseTensors.copy(model, name)));
        });
        return new CompacterAdapter(config, set, pairs, names);
    }

    private static Pair pair(String path, int hidden, int width, CompacterConfig config) {
        return new Pair(
                new KroneckerFactors(path + "adapter_down", hidden, width, config.phmDim(), config.phmRank()),
                new KroneckerFactors(path + "adapter_up", width, hidden, config.phmDim(), config.phmRank()));
    }

    /** Names and shapes of the norms' tensors where they are trained. */
    static Map<String, long[]> normTensors(ModelOutline outline, CompacterConfig config) {
        return config.trainNorms()
                ? NormTargets.tensors(outline, NormTargets.of(outline, "train_norms", ModuleNames.of()).keySet())
                : Map.of();
    }

    private CompacterAdapter(CompacterConfig config, ParameterSet set, Map<String, Pair> pairs, Set<String> trained) {
        super(config, set, modules(pairs.keySet(), trained));
        this.set = set;
        this.pairs = pairs;
        trained.forEach(name -> norms.put(name, parameter(name)));
    }

    private static List<String> modules(Set<String> branches, Set<String> trained) {
        var modules = new ArrayList<>(branches);
        trained.forEach(name -> modules.add(name.substring(0, name.lastIndexOf('.'))));
        return modules;
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public Tensor branch(BranchSite site, Tensor input, Tensor output) {
        Pair pair = pairs.get(site.path());
        if (pair == null) {
            return output;
        }
        var bottleneck = new Bottleneck(
                pair.down().weight(set),
                pair.down().bias(set),
                pair.up().weight(set),
                pair.up().bias(set),
                config().function(),
                1,
                null);
        return output.add(bottleneck.apply(output, 0));
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        return norms.norm(site, x);
    }
}
