package dev.tenon.method.routing;

import dev.tenon.method.Composable;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TensorAdapter;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import java.util.Objects;
import java.util.Set;

/** Frozen low-rank pairs and a gate by layer. */
final class RoutingAdapter extends TensorAdapter<RoutingConfig> implements Composable {
    /** {@code [sources, rank, in]}, the lower ranks filled up with zeros. */
    static final String A = ".sources.a";

    /** {@code [sources, rank, out]}, with every source's scale. */
    static final String B = ".sources.b";

    /** {@code [sources, in]}. */
    static final String GATE = ".gate.weight";

    RoutingAdapter(RoutingConfig config, ParameterSet tensors, Iterable<String> layers) {
        super(config, tensors, layers);
    }

    @Override
    public Set<String> updatedModules() {
        return matchedModules();
    }

    /** Weights {@code [tokens, sources]} of inputs {@code [tokens, in]}; those that are not chosen are zero. */
    Tensor weights(String path, Tensor x) {
        Tensor gate = parameter(path + GATE);
        boolean plain = training() || config().temperature() == 1;
        Tensor cooled = plain ? gate : gate.mul(1 / config().temperature());
        return Kernels.callList("route", x, cooled, Math.min(config().topK(), (int) gate.size(0)))
                .getFirst();
    }

    @Override
    public Tensor update(LinearSite site, Tensor x) {
        String path = site.path();
        return Kernels.call("experts", x, weights(path, x), kept(path + A), kept(path + B), 1.0);
    }

    private Tensor kept(String name) {
        return Objects.requireNonNull(buffers().get(name), name);
    }

    @Override
    public Hooks hooks() {
        return new Hooks() {
            @Override
            public Tensor linearOutput(LinearSite site, Tensor x, Tensor y) {
                String path = site.path();
                return matchedModules().contains(path)
                        ? Kernels.call("add_experts", y, x, weights(path, x), kept(path + A), kept(path + B), 1.0, 0.0)
                        : y;
            }
        };
    }
}
