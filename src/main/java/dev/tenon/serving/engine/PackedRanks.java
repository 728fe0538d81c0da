package dev.tenon.serving.engine;

import dev.tenon.model.CausalModel;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.PageMemory;
import dev.tenon.model.PageRun;
import dev.tenon.model.SiteGroup;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Uploads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A low-rank adapter as it goes to the device: the factors of all layers. */
final class PackedRanks extends Packed {
    private final RankLayout layout;

    private PackedRanks(RankLayout layout, Tensor values) {
        super(values);
        this.layout = layout;
    }

    /** Packs pairs; the result belongs to {@code owner}. */
    static PackedRanks of(CausalModel model, Map<String, LowRankPair> given, Scope owner) {
        try (var scope = Scope.open()) {
            var pairs = new HashMap<String, LowRankPair>();
            given.forEach((path, pair) -> pairs.put(path, pair.joined()));
            int largest = (int)
                    pairs.values().stream().mapToLong(LowRankPair::rank).max().orElse(1);
            var layout = RankLayout.of(model, pairs.keySet(), largest);
            var parts = new ArrayList<Tensor>();
            for (SiteGroup group : model.groups()) {
                if (group.sites().stream().anyMatch(site -> pairs.containsKey(site.path()))) {
                    parts.add(pack(group, pairs, layout.rank(), model));
                }
            }
            Tensor values = Tensor.cat(parts, 0);
            if (values.elements() != layout.width()) {
                throw new IllegalStateException("%d values for %d places".formatted(values.elements(), layout.width()));
            }
            return new PackedRanks(layout, owner.own(values.to(Device.cpu())));
        }
    }

    private static Tensor pack(SiteGroup group, Map<String, LowRankPair> pairs, int rank, CausalModel model) {
        var factors = new ArrayList<Tensor>();
        var scales = new ArrayList<Double>();
        for (LinearSite site : group.sites()) {
            var pair = pairs.get(site.path());
            if (pair != null) {
                factors.add(pair.a());
                factors.add(pair.b());
                scales.add(pair.scale());
            }
        }
        return Kernels.call(
                "pack_group",
                factors,
                scales.stream().mapToDouble(Double::doubleValue).toArray(),
                rank,
                model.type());
    }

    RankLayout layout() {
        return layout;
    }

    @Override
    Placed place(PageMemory memory, PageRun run, @Nullable Uploads uploads) {
        return new PlacedRanks(this, memory, run, uploads);
    }
}
