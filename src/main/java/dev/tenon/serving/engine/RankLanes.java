package dev.tenon.serving.engine;

import dev.tenon.model.PageMemory;
import dev.tenon.model.PageRun;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.TensorList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies of adapters of one layout side by side, {@code [lanes, width]}: those of a batch's rows in the order of the rows,
 * so that one product a group of layers serves all of them. An adapter of fewer ranks lies there with zeros in the others.
 * A copy is made when a row comes, not each step.
 */
final class RankLanes implements AutoCloseable {
    private final RankLayout layout;
    private final PageMemory memory;
    private final PageRun run;
    private final Map<Integer, TensorList> views = new HashMap<>();
    private final PlacedRanks[] holding;
    private Scope scope = Scope.detached();
    private Tensor lanes;

    /** @param run of the memory, with room for so many lanes */
    RankLanes(RankLayout layout, int capacity, PageMemory memory, PageRun run) {
        this.layout = layout;
        this.memory = memory;
        this.run = run;
        holding = new PlacedRanks[capacity];
        lanes = see();
    }

    private Tensor see() {
        try (var making = Scope.open()) {
            return scope.own(
                    memory.piece(run, (long) capacity() * layout.width()).reshape(capacity(), layout.width()));
        }
    }

    /** Its pages have moved: steps that knew its views meet others. */
    void moved() {
        close();
        scope = Scope.detached();
        lanes = see();
    }

    RankLayout layout() {
        return layout;
    }

    PageRun run() {
        return run;
    }

    int capacity() {
        return holding.length;
    }

    /** Seats the adapters of some rows in the first lanes; for each lane, which of the rows is its. */
    int[] seat(List<PlacedRanks> rows) {
        var waiting = new IdentityHashMap<PlacedRanks, List<Integer>>();
        for (int i = 0; i < rows.size(); i++) {
            waiting.computeIfAbsent(rows.get(i), any -> new ArrayList<>()).add(i);
        }
        var order = new int[rows.size()];
        Arrays.fill(order, -1);
        for (int lane = 0; lane < order.length; lane++) {
            var own = holding[lane] == null ? null : waiting.get(holding[lane]);
            if (own != null && !own.isEmpty()) {
                order[lane] = own.removeFirst();
            }
        }
        var left = waiting.values().stream().flatMap(List::stream).sorted().iterator();
        for (int lane = 0; lane < order.length; lane++) {
            if (order[lane] < 0) {
                order[lane] = left.next();
                var adapter = rows.get(order[lane]);
                copy(lane, adapter);
                holding[lane] = adapter;
            }
        }
        return order;
    }

    private void copy(int lane, PlacedRanks adapter) {
        var own = adapter.layout();
        if (own.rank() == layout.rank()) {
            Kernels.callNothing("copy_lane", lanes, lane, adapter.values());
        } else {
            long[] ranks = {layout.rank(), own.rank()};
            Kernels.callNothing("widen_lane", lanes, lane, adapter.values(), layout.matrices(), own.matrices(), ranks);
        }
    }

    /** Views of the matrices in the first lanes; the same ones each time, by which steps know each other. */
    TensorList views(int count) {
        return views.computeIfAbsent(count, any -> Kernels.hold("rank_views", lanes, count, layout.matrices()));
    }

    @Override
    public void close() {
        views.values().forEach(TensorList::close);
        views.clear();
        scope.close();
    }
}
