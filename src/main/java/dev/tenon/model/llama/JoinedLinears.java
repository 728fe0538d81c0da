package dev.tenon.model.llama;

import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Linear layers of one input. Where their matrices are dense they lie one below the other, so that one product serves
 * all of them.
 *
 * @param sites whose weights and biases are parts of the next two
 * @param weight {@code [outs, in]}; null where the matrices are kept in another form
 * @param bias {@code [outs]}, or null
 */
record JoinedLinears(
        List<LinearSite> sites,
        @Nullable Tensor weight,
        @Nullable Tensor bias) {
    /** Sites over the parts of a weight and a bias that lie in one piece and belong to the same owner. */
    static JoinedLinears over(Tensor weight, @Nullable Tensor bias, List<LinearSite> alone, Scope owner) {
        var sites = new ArrayList<LinearSite>();
        long at = 0;
        for (LinearSite site : alone) {
            long end = at + site.out();
            Tensor own = owner.own(weight.slice(0, at, end));
            Tensor ownBias = bias == null ? null : owner.own(bias.slice(0, at, end));
            sites.add(new LinearSite(site.path(), site.layer(), site.in(), site.out(), own, ownBias));
            at = end;
        }
        return new JoinedLinears(List.copyOf(sites), weight, bias);
    }
}
