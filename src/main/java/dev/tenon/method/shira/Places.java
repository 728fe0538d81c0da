package dev.tenon.method.shira;

import dev.tenon.method.BaseTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.BitSet;
import java.util.Map;
import java.util.Objects;

/**
 * Chooses the entries of each matrix: {@code [2, count]} on the CPU, row by row.
 *
 * @param gradients mean absolute gradients by path where the choice needs them
 */
record Places(ShiraPlan plan, Network model, long seed, Map<String, Tensor> gradients) {
    Tensor of(SiteShape site) {
        int count = plan.count(site);
        Tensor flat = switch (plan.config().maskType()) {
            case ShiraConfig.MAGNITUDE -> largest(weight(site), count);
            case ShiraConfig.GRADIENT -> largest(Objects.requireNonNull(gradients.get(site.path())), count);
            case ShiraConfig.SNIP ->
                largest(Objects.requireNonNull(gradients.get(site.path())).mul(weight(site)), count);
            case ShiraConfig.STRUCTURED -> structured(site, count);
            default -> random(site, count);
        };
        return Kernels.call("split_places", flat.to(Device.cpu()), site.in());
    }

    private Tensor weight(SiteShape site) {
        return BaseTensors.require(model, site.path() + ".weight");
    }

    private static Tensor largest(Tensor score, int count) {
        return Kernels.call("largest_places", score, count);
    }

    /** A given seed chooses alike in matrices of one shape, and what PEFT chooses by it. */
    private Tensor random(SiteShape site, int count) {
        int own = plan.config().randomSeed();
        Engine.seed(own != 0 ? own : ParameterSet.random(seed, site.path()).nextLong() >>> 1);
        return Kernels.call("random_places", count, site.in() * site.out());
    }

    /** The diagonal, then whole rows and columns in turn while there is room, and the rest from one more row. */
    private Tensor structured(SiteShape site, int count) {
        int own = plan.config().randomSeed();
        var random = ParameterSet.random(own != 0 ? own : seed, own != 0 ? "" : site.path());
        var chosen = new BitSet(site.in() * site.out());
        int left = count;
        for (int i = 0; i < Math.min(site.in(), site.out()) && left > 0; i++, left--) {
            chosen.set(i * site.in() + i);
        }
        for (boolean row = true; left > 0; row = !row) {
            int line = random.nextInt(row ? site.out() : site.in());
            for (int i = 0; i < (row ? site.in() : site.out()) && left > 0; i++) {
                int place = row ? line * site.in() + i : i * site.in() + line;
                if (!chosen.get(place)) {
                    chosen.set(place);
                    left--;
                }
            }
        }
        return Tensors.of(chosen.stream().asLongStream().toArray(), count);
    }
}
