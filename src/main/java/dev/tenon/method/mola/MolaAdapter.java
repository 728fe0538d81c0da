package dev.tenon.method.mola;

import dev.tenon.method.Composable;
import dev.tenon.method.OwnObjective;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Experts and a router by layer. */
final class MolaAdapter extends TensorAdapter<MolaConfig> implements Composable, OwnObjective {
    /** {@code [experts, rank, in]}. */
    static final String A = ".lora_A.weight";

    /** {@code [experts, rank, out]}: transposed, so that all experts are one matrix without copying. */
    static final String B = ".lora_B.weight";

    /** {@code [experts, in]}; a layer with one expert has none. */
    static final String ROUTER = ".router.weight";

    /** The balance of every router in the last forward pass of training. */
    private final Map<String, Tensor> balances = new LinkedHashMap<>();

    MolaAdapter(MolaConfig config, ParameterSet tensors, Iterable<String> layers) {
        super(config, tensors, layers);
    }

    /** Gates {@code [tokens, experts]} of a layer's inputs {@code [tokens, in]}, and the router's balance. */
    List<Tensor> route(String path, Tensor x) {
        Tensor router = parameters().get(path + ROUTER);
        if (router == null) {
            return List.of(Tensors.ones(DType.F32, x.device(), x.size(0), 1), Tensors.ones(DType.F32, x.device()));
        }
        return Kernels.callList("route", x, router, Math.min(config().topK(), (int) router.size(0)));
    }

    @Override
    public Set<String> updatedModules() {
        return matchedModules();
    }

    @Override
    public Tensor update(LinearSite site, Tensor x) {
        String path = site.path();
        Tensor gates = route(path, x).getFirst();
        return Kernels.call("experts", x, gates, parameter(path + A), parameter(path + B), config().scale());
    }

    private Tensor add(String path, Tensor x, Tensor y) {
        var routed = route(path, x);
        if (training()) {
            balances.put(path, routed.getLast());
        }
        return Kernels.call(
                "add_experts",
                y,
                x,
                routed.getFirst(),
                parameter(path + A),
                parameter(path + B),
                config().scale(),
                training() ? config().dropout() : 0.0);
    }

    @Override
    public Hooks hooks() {
        return new Hooks() {
            @Override
            public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
                return matchedModules().contains(site.path()) ? add(site.path(), x, y) : y;
            }
        };
    }

    @Override
    public Tensor penalty() {
        Tensor total =
                Tensors.zeros(DType.F32, parameters().values().iterator().next().device());
        for (Tensor balance : balances.values()) {
            total = total.add(balance);
        }
        balances.clear();
        return total.mul(config().balance());
    }
}
