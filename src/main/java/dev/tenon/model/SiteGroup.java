package dev.tenon.model;

import java.util.List;

/**
 * Linear layers that read one input, so that what is added to all of them can be computed together.
 *
 * @param joined whether their outputs lie side by side, in this order
 */
public record SiteGroup(List<LinearSite> sites, boolean joined) {
    /** Outputs of all of them. */
    public int outs() {
        return sites.stream().mapToInt(LinearSite::out).sum();
    }

    /** Matrices of the second factor of a low-rank update: one for joined layers, otherwise one each. */
    public int seconds() {
        return joined ? 1 : sites.size();
    }
}
