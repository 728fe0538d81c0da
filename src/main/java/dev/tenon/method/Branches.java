package dev.tenon.method;

import dev.tenon.model.BranchSite;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.List;

/** The parts of a model's blocks: in every block attention comes first and the feed-forward part last. */
public enum Branches {
    ATTENTION,
    FEED_FORWARD,
    BOTH;

    /** The parts that are meant, in the model's order. */
    public List<BranchSite> of(Network model) {
        var all = model.sites(BranchSite.class);
        var found = new ArrayList<BranchSite>();
        for (int i = 0; i < all.size(); i++) {
            boolean first = i == 0 || all.get(i - 1).layer() != all.get(i).layer();
            if (this == BOTH || first == (this == ATTENTION)) {
                found.add(all.get(i));
            }
        }
        return found;
    }

    /** How many there are. */
    public int count(ModelOutline model) {
        return (this == BOTH ? 2 : 1) * blocks(model);
    }

    /** Number of a model's blocks. */
    public static int blocks(ModelOutline model) {
        return 1 + model.linears().stream().mapToInt(SiteShape::layer).max().orElse(-1);
    }
}
