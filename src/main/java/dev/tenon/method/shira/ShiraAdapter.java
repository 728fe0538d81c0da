package dev.tenon.method.shira;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.Composable;
import dev.tenon.method.Mergeable;
import dev.tenon.method.OwnTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.SavedHooks;
import dev.tenon.method.SparseDelta;
import dev.tenon.method.SparseEntries;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.DenseMatrix;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** Trained entries of the matrices of linear layers; names are PEFT's without its prefix. */
final class ShiraAdapter extends TensorAdapter<ShiraConfig> implements Composable, Mergeable, SparseDelta, SavedHooks {
    static final String VALUES = ".shira_weight";
    static final String PLACES = ".shira_indices";
    private static final String WEIGHT = ".weight";

    private final Network model;
    private final OwnTensors saved = new OwnTensors();
    private final Map<String, SparseEntries> entries = new LinkedHashMap<>();

    ShiraAdapter(Network model, ShiraPlan plan, Places chosen) {
        super(
                plan.config(),
                ParameterSet.filled(model.device(), set -> {
                    for (SiteShape site : plan.sites()) {
                        Tensor places = chosen.of(site);
                        set.train(site.path() + VALUES, Tensors.zeros(DType.F32, Device.cpu(), places.size(1)));
                        set.keep(site.path() + PLACES, places);
                    }
                    plan.saved().keySet().forEach(name -> set.train(name, BaseTensors.copy(model, name)));
                }),
                Stream.concat(
                                plan.sites().stream().map(SiteShape::path),
                                plan.saved().keySet().stream().map(name -> name.substring(0, name.lastIndexOf('.'))))
                        .toList());
        this.model = model;
        plan.saved().keySet().forEach(name -> saved.put(name, parameter(name)));
        for (SiteShape site : plan.sites()) {
            Tensor places = Objects.requireNonNull(buffers().get(site.path() + PLACES));
            entries.put(site.path(), new SparseEntries(places, parameter(site.path() + VALUES)));
        }
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public Map<String, SparseEntries> entries() {
        var named = new LinkedHashMap<String, SparseEntries>();
        entries.forEach((path, own) -> named.put(path + WEIGHT, own));
        return named;
    }

    @Override
    public Set<String> updatedModules() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    @Override
    public Tensor update(LinearSite site, Tensor x) {
        return Objects.requireNonNull(entries.get(site.path()), site.path()).of(x, site.out());
    }

    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        SparseEntries own = entries.get(site.path());
        if (own == null) {
            return saved.linear(site, x);
        }
        // rounding a sum in bfloat16 would lose the small values
        boolean exact = x.dtype() == DType.F32 && site.matrix() instanceof DenseMatrix;
        if (training() && exact && own.isDense(site.out(), site.in())) {
            return new DenseMatrix(own.in(site.weight())).product(x, site.bias());
        }
        return own.addTo(site.base(x), x);
    }

    @Override
    public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
        SparseEntries own = entries.get(site.path());
        return own == null ? y : own.addTo(y, x);
    }

    @Override
    public OwnTensors saved() {
        return saved;
    }

    @Override
    public Set<String> foldedNames() {
        var names = new LinkedHashSet<>(entries().keySet());
        names.addAll(saved.names());
        return names;
    }

    @Override
    public Tensor folded(String name) {
        Tensor base = BaseTensors.require(model, name);
        Tensor own = saved.folded(name, base);
        return own != null
                ? own
                : Objects.requireNonNull(entries().get(name), name).folded(base, 1);
    }
}
