package dev.tenon.method.corda;

import dev.tenon.method.LowRankAdapter;
import dev.tenon.method.ParameterSet;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import java.util.Objects;

/** Pairs that began as parts of their layers' matrices, and those beginnings. */
final class CordaAdapter extends LowRankAdapter<CordaConfig> {
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    static final String START_A = ".start_A";
    static final String START_B = ".start_B";

    CordaAdapter(Network model, CordaConfig config, ParameterSet tensors, Iterable<String> layers) {
        super(model, config, tensors, layers);
    }

    @Override
    protected LowRankPair pair(String path) {
        double scale = config().scale();
        var start = new LowRankPair(
                Objects.requireNonNull(buffers().get(path + START_A), path),
                Objects.requireNonNull(buffers().get(path + START_B), path),
                scale);
        return new LowRankPair(parameter(path + A), parameter(path + B), scale, start);
    }

    @Override
    protected double dropout() {
        return training() ? config().dropout() : 0;
    }
}
