package dev.tenon.method.language;

import dev.tenon.method.Bottleneck;
import dev.tenon.method.BottleneckLayers;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.BottleneckPlace;
import dev.tenon.model.BranchSite;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.NarrowNetwork;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.model.OutputSite;
import dev.tenon.tensor.Tensor;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bottlenecks on the residual stream, and where it is invertible a coupling around all blocks. */
final class LanguageAdapter extends TensorAdapter<LanguageConfig> implements BottleneckLayers, Hooks {
    private final LanguagePlan plan;
    private final Map<String, Bottleneck> bottlenecks = new LinkedHashMap<>();
    private final @Nullable Coupling coupling;

    static LanguageAdapter make(Network model, LanguageConfig config, long seed) {
        var plan = LanguagePlan.of(model, config);
        var set = ParameterSet.filled(model.device(), filling -> {
            plan.bottlenecks().values().forEach(tensors -> tensors.addTo(filling, seed));
            plan.coupling().forEach(tensors -> tensors.addTo(filling, seed));
        });
        return new LanguageAdapter(config, plan, set);
    }

    private LanguageAdapter(LanguageConfig config, LanguagePlan plan, ParameterSet set) {
        super(config, set, plan.modules());
        this.plan = plan;
        plan.bottlenecks().forEach((path, tensors) -> bottlenecks.put(path, tensors.of(set, config.function(), 1)));
        var pair = plan.coupling().stream()
                .map(tensors -> tensors.of(set, config.function(), 1))
                .toList();
        coupling = pair.isEmpty() ? null : new Coupling(pair.getFirst(), pair.getLast());
    }

    /** By the path of the part behind which they stand. */
    Map<String, Bottleneck> bottlenecks() {
        return Collections.unmodifiableMap(bottlenecks);
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public Tensor residual(BranchSite site, Tensor x) {
        Bottleneck bottleneck = bottlenecks.get(site.path());
        return bottleneck == null ? x : x.add(bottleneck.apply(x, 0));
    }

    /** Where no coupling stands around the blocks. */
    @Override
    public Map<BottleneckPlace, NarrowNetwork> bottlenecksOnly() {
        var networks = new HashMap<BottleneckPlace, NarrowNetwork>();
        if (coupling == null) {
            bottlenecks.forEach((path, bottleneck) ->
                    networks.put(new BottleneckPlace(path, BottleneckPlace.Role.ON_STREAM), bottleneck.network()));
        }
        return networks;
    }

    @Override
    public Tensor embedding(EmbeddingSite site, Tensor ids) {
        return entered(site.path(), site.base(ids));
    }

    @Override
    public Tensor norm(NormSite site, Tensor x) {
        return entered(site.path(), site.base(x));
    }

    private Tensor entered(String path, Tensor x) {
        return coupling != null && path.equals(plan.entry()) ? coupling.forward(x) : x;
    }

    @Override
    public Tensor output(OutputSite site, Tensor hidden) {
        return coupling != null ? coupling.inverse(hidden) : hidden;
    }
}
