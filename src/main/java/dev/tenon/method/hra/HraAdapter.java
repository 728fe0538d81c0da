package dev.tenon.method.hra;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.Mergeable;
import dev.tenon.method.OwnTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.SavedHooks;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/** Reflections of the inputs of linear layers, {@code u [in, rank]}; names are PEFT's without its prefix. */
final class HraAdapter extends TensorAdapter<HraConfig> implements Mergeable, SavedHooks {
    private static final String DIRECTIONS = ".hra_u";

    private final Network model;
    private final OwnTensors saved = new OwnTensors();

    HraAdapter(Network model, HraPlan plan, long seed) {
        super(
                plan.config(),
                ParameterSet.filled(model.device(), set -> {
                    for (SiteShape site : plan.sites()) {
                        String name = site.path() + DIRECTIONS;
                        set.train(name, start(plan.config(), site.in(), seed, name));
                    }
                    plan.saved().keySet().forEach(name -> set.train(name, BaseTensors.copy(model, name)));
                }),
                Stream.concat(
                                plan.sites().stream().map(SiteShape::path),
                                plan.saved().keySet().stream().map(name -> name.substring(0, name.lastIndexOf('.'))))
                        .toList());
        this.model = model;
        plan.saved().keySet().forEach(name -> saved.put(name, parameter(name)));
    }

    /** Uniform as PEFT draws it, whose bound is {@code 1 / √columns}, and in pairs where they can undo each other. */
    private static Tensor start(HraConfig config, int in, long seed, String name) {
        int columns = config.startsInPairs() ? config.rank() / 2 : config.rank();
        double bound = 1 / Math.sqrt(columns);
        Tensor drawn = Tensors.uniform(ParameterSet.random(seed, name), -bound, bound, in, columns);
        return config.startsInPairs() ? Kernels.call("twice_each", drawn) : drawn;
    }

    @Override
    public Hooks hooks() {
        return this;
    }

    @Override
    public OwnTensors saved() {
        return saved;
    }

    @Override
    public Tensor linearInput(LinearSite site, Tensor x) {
        Tensor u = parameters().get(site.path() + DIRECTIONS);
        return u == null ? x : Kernels.call("reflect", x, u, config().applyGs());
    }

    @Override
    public Set<String> foldedNames() {
        var names = new LinkedHashSet<String>();
        parameters().keySet().stream()
                .filter(name -> name.endsWith(DIRECTIONS))
                .forEach(name -> names.add(name.replace(DIRECTIONS, ".weight")));
        names.addAll(saved.names());
        return names;
    }

    @Override
    public Tensor folded(String name) {
        Tensor base = BaseTensors.require(model, name);
        Tensor own = saved.folded(name, base);
        return own != null
                ? own
                : Kernels.call(
                        "fold_reflections", base, parameter(name.replace(".weight", DIRECTIONS)), config().applyGs());
    }
}
