package dev.tenon.method.paca;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.LowRankUpdates;
import dev.tenon.method.Mergeable;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.SparseDelta;
import dev.tenon.method.SparseEntries;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Trained columns {@code P [out, rank]} and their numbers {@code I [rank]}, in order; named as the authors name them. */
final class PacaAdapter extends TensorAdapter<PacaConfig> implements LowRankUpdates, Mergeable, SparseDelta, Hooks {
    private static final String VALUES = ".paca_w";
    private static final String COLUMNS = ".paca_indices";
    private static final String WEIGHT = ".weight";

    private final Network model;

    PacaAdapter(Network model, PacaConfig config, List<SiteShape> sites, long seed) {
        super(
                config,
                ParameterSet.filled(model.device(), set -> {
                    for (SiteShape site : sites) {
                        Tensor columns = set.keep(site.path() + COLUMNS, drawn(site, config, seed));
                        Tensor weight = BaseTensors.require(model, site.path() + WEIGHT);
                        Tensor start = Kernels.call("columns_over", weight, columns, config.scale());
                        set.train(site.path() + VALUES, start);
                    }
                }),
                sites.stream().map(SiteShape::path).toList());
        this.model = model;
    }

    private static Tensor drawn(SiteShape site, PacaConfig config, long seed) {
        long[] columns = ParameterSet.random(
                        config.randomSeed() == 0 ? seed : config.randomSeed(), site.path() + COLUMNS)
                .ints(0, site.in())
                .distinct()
                .limit(config.rank())
                .sorted()
                .asLongStream()
                .toArray();
        return Tensors.of(columns, Device.cpu(), columns.length);
    }

    private Tensor columns(String path) {
        return Objects.requireNonNull(buffers().get(path + COLUMNS), path);
    }

    /** {@code s P − W[:, I]}, {@code [out, rank]} float32; exactly nothing in the beginning, whatever s is. */
    private Tensor moved(String path) {
        return Kernels.call(
                "moved_columns",
                BaseTensors.require(model, path + WEIGHT),
                columns(path),
                parameter(path + VALUES),
                config().scale());
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        return matchedModules().contains(site.path())
                ? Kernels.call("add_columns", y, x, columns(site.path()), moved(site.path()))
                : y;
    }

    @Override
    public Map<String, LowRankPair> lowRankOnly() {
        return pairs();
    }

    @Override
    public Map<String, LowRankPair> pairs() {
        var pairs = new LinkedHashMap<String, LowRankPair>();
        for (String path : matchedModules()) {
            long width = BaseTensors.require(model, path + WEIGHT).size(1);
            Tensor picks = Kernels.call("picking_rows", columns(path), width);
            pairs.put(path, new LowRankPair(picks, moved(path), 1));
        }
        return pairs;
    }

    @Override
    public Set<String> updatedModules() {
        return matchedModules();
    }

    @Override
    public Tensor update(LinearSite site, Tensor x) {
        return Kernels.call("column_update", x, columns(site.path()), moved(site.path()));
    }

    @Override
    public Map<String, SparseEntries> entries() {
        var entries = new LinkedHashMap<String, SparseEntries>();
        for (String path : matchedModules()) {
            Tensor moved = moved(path).detach();
            Tensor places = Kernels.call("places_of_columns", columns(path), moved.size(0));
            entries.put(path + WEIGHT, new SparseEntries(places, moved.reshape(-1)));
        }
        return entries;
    }

    @Override
    public Set<String> foldedNames() {
        var names = new LinkedHashSet<String>();
        matchedModules().forEach(path -> names.add(path + WEIGHT));
        return names;
    }

    @Override
    public Tensor folded(String name) {
        String path = name.substring(0, name.length() - WEIGHT.length());
        return Kernels.call("fold_columns", BaseTensors.require(model, name), columns(path), moved(path));
    }
}
