package dev.tenon.serving.engine;

import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;

/** A low-rank adapter as it goes into a {@link RankPool}: in host memory and in the model's type. */
final class PackedRanks {
    private final RankLayout layout;
    private final Tensor rows;

    private PackedRanks(RankLayout layout, Tensor rows) {
        this.layout = layout;
        this.rows = rows;
    }

    /** Packs pairs; the result belongs to {@code owner}. */
    static PackedRanks of(Network model, Map<String, LowRankPair> pairs, Scope owner) {
        var layout = RankLayout.of(model, pairs);
        var parts = new ArrayList<Tensor>();
        var scales = new double[layout.places().size()];
        var pads = new long[2 * scales.length];
        long rank = 0;
        try (var scope = Scope.open()) {
            int at = 0;
            for (var place : layout.places().entrySet()) {
                LowRankPair pair =
                        Objects.requireNonNull(pairs.get(place.getKey())).joined();
                parts.add(pair.a());
                parts.add(pair.b());
                scales[at] = pair.scale();
                pads[2 * at] = pad(place.getValue().in());
                pads[2 * at++ + 1] = pad(place.getValue().out());
                rank = Math.max(rank, pair.rank());
            }
            Tensor rows = Kernels.call("pack_low_rank", parts, scales, pads, rank, model.type());
            return new PackedRanks(layout, owner.own(rows.to(Device.cpu())));
        }
    }

    private static int pad(int columns) {
        return RankLayout.aligned(columns) - columns;
    }

    RankLayout layout() {
        return layout;
    }

    /** {@code [rank, layout.width]}; the rank is the largest of all sites, lower ones end in zeros. */
    Tensor rows() {
        return rows;
    }

    int rank() {
        return (int) rows.size(0);
    }
}
