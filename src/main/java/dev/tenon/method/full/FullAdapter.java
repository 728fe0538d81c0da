package dev.tenon.method.full;

import dev.tenon.method.AddedTensors;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Composable;
import dev.tenon.method.Mergeable;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.method.WholeModules;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashSet;
import java.util.Set;

/** How far tensors of the base have moved, by their names. */
final class FullAdapter extends TensorAdapter<FullConfig> implements Composable, Mergeable {
    private final Network model;
    private final AddedTensors added = new AddedTensors(parameters(), this::training);
    private final Set<String> linears = new LinkedHashSet<>();

    FullAdapter(Network model, FullConfig config, FullPlan plan) {
        super(
                config,
                ParameterSet.filled(
                        model.device(),
                        set -> plan.shapes()
                                .forEach((name, shape) ->
                                        set.train(name, Tensors.zeros(DType.F32, Device.cpu(), shape)))),
                plan.shapes().keySet().stream().map(WholeModules::module).toList());
        this.model = model;
        for (String path : matchedModules()) {
            if (model.sites().get(path) instanceof LinearSite) {
                linears.add(path);
            }
        }
    }

    @Override
    public Hooks hooks() {
        return added;
    }

    @Override
    public Set<String> updatedModules() {
        return linears;
    }

    @Override
    public Tensor update(LinearSite site, Tensor x) {
        return added.update(site, x);
    }

    @Override
    public Set<String> foldedNames() {
        return parameters().keySet();
    }

    @Override
    public Tensor folded(String name) {
        return added.folded(name, BaseTensors.find(model, name), model.type());
    }
}
