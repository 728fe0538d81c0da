package dev.tenon.method.lora;

import dev.tenon.method.LowRankUpdates;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.tensor.Tensor;
import java.util.Objects;
import java.util.Set;

/** A LoRA of pairs on linear layers alone, which can be added to others. */
final class SummandLora extends LoraAdapter implements LowRankUpdates {
    SummandLora(Network model, LoraConfig config) {
        super(model, config);
    }

    @Override
    public Set<String> updatedModules() {
        return pairs().keySet();
    }

    @Override
    public Tensor update(LinearSite site, Tensor x) {
        return pair(site).of(x);
    }

    @Override
    public Tensor addUpdate(LinearSite site, Tensor x, Tensor y, double weight) {
        return pair(site).times(weight).addTo(y, x, 0);
    }

    private LowRankPair pair(LinearSite site) {
        return Objects.requireNonNull(pairs().get(site.path()), site.path());
    }
}
