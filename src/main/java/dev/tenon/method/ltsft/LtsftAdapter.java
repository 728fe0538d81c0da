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

/** In even phases a change of every value, by the tensors' names; in odd ones the chosen alone, in {@link Chosen}'s form. */
final class LtsftAdapter implements Composable, Mergeable, OwnObjective, Phased, SparseDelta {
    private final Network model;
    private final LtsftPlan plan;
    private ParameterSet tensors;
    private Hooks hooks;
    private @Nullable Chosen chosen;
    private int phase;
    private boolean training;

    private LtsftAdapter(Network model, LtsftPlan plan, ParameterSet tensors, int phase) {
        this.model = model;
        this.plan = plan;
        this.tensors = tensors;
        this.phase = phase;
        this.chosen = phase % 2 == 1 ? Chosen.trained(plan, tensors) : null;
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
        return new LtsftAdapter(model, plan, zeros, 0);
    }

    /** In the last phase, with these entries; tensors of the current scope. */
    static LtsftAdapter sparse(Network model, LtsftPlan plan, Tensor places, Tensor counts, Tensor values) {
        var set = Chosen.set(model.device(), places, counts, values);
        return new LtsftAdapter(model, plan, set, last(plan));
    }

    private static int last(LtsftPlan plan) {
        return 2 * plan.config().rounds() - 1;
    }

    /** In the last phase, with the entries of changes that are not zero. */
    static LtsftAdapter holding(Network model, LtsftPlan plan, Map<String, Tensor> deltas, long count) {
        try (var scope = Scope.open();
                var dense = dense(model, plan)) {
            deltas.forEach((name, delta) ->
                    Objects.requireNonNull(dense.parameters().get(name), name).copyFrom(delta));
            var found = dense.largest(count);
            return sparse(model, plan, found.get(0), found.get(1), found.get(2));
        }
    }

    /** Places, counts by tensor, and present values of the entries that have moved furthest and of those already chosen. */
    private List<Tensor> largest(long count) {
        var values = List.copyOf(parameters().values());
        var earlier = Chosen.earlier(plan, tensors);
        var moves = values;
        if (earlier != null) {
            moves = parameters().entrySet().stream()
                    .map(delta -> earlier.moves(delta.getKey(), delta.getValue()))
                    .toList();
        }
        return Kernels.callList("furthest_moved", moves, values, plan.widths(), Math.min(count, plan.values()));
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

    /** Rounds of at least two steps, as many as there are; a run of one step has only the last phase. */
    @Override
    public int phaseOf(StepAware.Step step) {
        int rounds = Math.min(config().rounds(), step.total() / 2);
        if (rounds == 0) {
            return last(plan);
        }
        int round = (int) (((long) step.number() * rounds - 1) / step.total());
        int from = (int) ((long) step.total() * round / rounds);
        int steps = (int) ((long) step.total() * (round + 1) / rounds) - from;
        long dense = Math.clamp(Math.round(config().densePart() * steps), 1, steps - 1);
        if (step.number() - from <= dense) {
            return 2 * round;
        }
        return round + 1 == rounds ? last(plan) : 2 * round + 1;
    }

    @Override
    public int phase() {
        return phase;
    }

    @Override
    public boolean isInLastPhase() {
        return phase == last(plan);
    }

    /** Chooses what moved furthest and goes back to the round's start, or goes on from there with all values. */
    @Override
    public void enter(int next) {
        if (next == phase) {
            return;
        }
        int round = next / 2;
        if (next % 2 == 1) {
            choose(plan.entriesAfter(round));
        } else {
            if (chosen == null) {
                choose(plan.entriesAfter(round - 1));
            }
            spread(Objects.requireNonNull(chosen));
        }
        phase = next;
    }

    private void choose(long count) {
        try (var scope = Scope.open()) {
            var found = largest(count);
            var earlier = Chosen.earlier(plan, tensors);
            Tensor start = Tensors.zeros(DType.F32, Device.cpu(), count);
            if (earlier != null) {
                var starts = plan.shapes().entrySet().stream()
                        .map(shape -> earlier.spread(shape.getKey(), shape.getValue()))
                        .toList();
                start = Kernels.call("entries_of_all", starts, plan.widths(), found.get(0), found.get(1));
            }
            replace(Chosen.set(model.device(), found.get(0), found.get(1), start), true);
        }
    }

    private void spread(Chosen entries) {
        replace(
                ParameterSet.filled(model.device(), set -> {
                    plan.shapes().forEach((name, shape) -> set.train(name, entries.spread(name, shape)));
                    entries.keptIn(set);
                }),
                false);
    }

    private void replace(ParameterSet next, boolean sparse) {
        tensors.close();
        tensors = next;
        chosen = sparse ? Chosen.trained(plan, next) : null;
        hooks = hooksNow();
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
