package dev.tenon.method.ltsft;

import dev.tenon.method.AddedTensors;
import dev.tenon.method.BaseTensors;
import dev.tenon.method.Composable;
import dev.tenon.method.Mergeable;
import dev.tenon.method.OwnObjective;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.Phased;
import dev.tenon.method.SparseDelta;
import dev.tenon.method.SparseEntries;
import dev.tenon.method.StepAware;
import dev.tenon.method.WholeModules;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** First a change of every value, by the tensors' names; then the chosen ones in {@link Chosen}'s form. */
final class LtsftAdapter implements Composable, Mergeable, OwnObjective, Phased, SparseDelta {
    private final Network model;
    private final LtsftPlan plan;
    private ParameterSet tensors;
    private Hooks hooks;
    private @Nullable Chosen chosen;
    private boolean training;

    private LtsftAdapter(Network model, LtsftPlan plan, ParameterSet tensors, boolean sparse) {
        this.model = model;
        this.plan = plan;
        this.tensors = tensors;
        this.chosen = sparse ? new Chosen(plan, tensors) : null;
        this.hooks = hooksNow();
    }

    private Hooks hooksNow() {
        var now = chosen;
        return now == null
                ? new AddedTensors(tensors.parameters(), () -> training)
                : new ChosenHooks(now, () -> training);
    }

    /** At the start of the first phase. */
    static LtsftAdapter dense(Network model, LtsftPlan plan) {
        var zeros = ParameterSet.filled(
                model.device(),
                set -> plan.shapes()
                        .forEach((name, shape) -> set.train(name, Tensors.zeros(DType.F32, Device.cpu(), shape))));
        return new LtsftAdapter(model, plan, zeros, false);
    }

    /** In the second phase, with these entries; tensors of the current scope. */
    static LtsftAdapter sparse(Network model, LtsftPlan plan, Tensor places, Tensor counts, Tensor values) {
        return new LtsftAdapter(model, plan, Chosen.set(model.device(), places, counts, values), true);
    }

    /** In the second phase, with the entries of changes that are not zero. */
    static LtsftAdapter holding(Network model, LtsftPlan plan, Map<String, Tensor> deltas, long count) {
        try (var scope = Scope.open();
                var dense = dense(model, plan)) {
            deltas.forEach((name, delta) ->
                    Objects.requireNonNull(dense.parameters().get(name), name).copyFrom(delta));
            var found = dense.largest(count);
            return sparse(model, plan, found.get(0), found.get(1), found.get(2));
        }
    }

    /** Places, counts by tensor, and values of the entries that have moved furthest. */
    private List<Tensor> largest(long count) {
        return Kernels.callList(
                "furthest_moved", List.copyOf(parameters().values()), plan.widths(), Math.min(count, plan.values()));
    }

    @Override
    public LtsftConfig config() {
        return plan.config();
    }

    @Override
    public Map<String, Tensor> parameters() {
        return tensors.parameters();
    }

    @Override
    public Map<String, Tensor> buffers() {
        return tensors.buffers();
    }

    /** The entries that it comes to; the first phase trains all. */
    @Override
    public long parameterCount() {
        var now = chosen;
        return now == null ? plan.entries() : now.count();
    }

    @Override
    public Map<String, Tensor> stored() {
        return LtsftFile.tensors(plan, entries());
    }

    /** A run of one step has only the second, with entries that nothing has chosen. */
    @Override
    public int phaseOf(StepAware.Step step) {
        if (step.total() < 2) {
            return 1;
        }
        long dense = Math.clamp(Math.round(config().densePart() * step.total()), 1, step.total() - 1);
        return step.number() <= dense ? 0 : 1;
    }

    @Override
    public int phase() {
        return chosen == null ? 0 : 1;
    }

    @Override
    public boolean isInLastPhase() {
        return chosen != null;
    }

    /** Chooses what moved furthest and goes back to the base. */
    @Override
    public void enter(int phase) {
        if (phase != phase()) {
            try (var scope = Scope.open()) {
                var found = largest(plan.entries());
                Tensor start = Tensors.zeros(DType.F32, Device.cpu(), plan.entries());
                var next = Chosen.set(model.device(), found.get(0), found.get(1), start);
                tensors.close();
                tensors = next;
                chosen = new Chosen(plan, next);
                hooks = hooksNow();
            }
        }
    }

    @Override
    public Tensor penalty() {
        return config().l1() == 0
                ? Tensors.zeros(DType.F32, model.device())
                : Kernels.call("mean_move", List.copyOf(parameters().values()), config().l1() / plan.values());
    }

    @Override
    public Hooks hooks() {
        return hooks;
    }

    /** In the first phase those that it would choose now. */
    @Override
    public Map<String, SparseEntries> entries() {
        var now = chosen;
        if (now != null) {
            return now.all();
        }
        var found = largest(plan.entries());
        var entries = new LinkedHashMap<String, SparseEntries>();
        long[] counts = found.get(1).toLongs();
        long from = 0;
        int at = 0;
        for (String name : plan.names()) {
            long to = from + counts[at++];
            entries.put(
                    name,
                    new SparseEntries(
                            found.get(0).slice(1, from, to), found.get(2).slice(0, from, to)));
            from = to;
        }
        return entries;
    }

    @Override
    public Set<String> matchedModules() {
        var modules = new LinkedHashSet<String>();
        plan.names().forEach(name -> modules.add(WholeModules.module(name)));
        return modules;
    }

    @Override
    public Set<String> updatedModules() {
        var linears = matchedModules();
        linears.removeIf(path -> !(model.sites().get(path) instanceof LinearSite));
        return linears;
    }

    @Override
    public Tensor update(LinearSite site, Tensor x) {
        return hooks instanceof ChosenHooks own
                ? own.update(site, x)
                : new AddedTensors(parameters(), () -> false).update(site, x);
    }

    @Override
    public Set<String> foldedNames() {
        return new LinkedHashSet<>(plan.names());
    }

    @Override
    public Tensor folded(String name) {
        Tensor base = BaseTensors.require(model, name);
        var now = chosen;
        if (now == null) {
            return new AddedTensors(parameters(), () -> false).folded(name, base, model.type());
        }
        var own = now.of(name);
        return own == null ? base.copy() : own.folded(base, 1);
    }

    @Override
    public void train(boolean on) {
        training = on;
    }

    @Override
    public void close() {
        tensors.close();
    }
}
