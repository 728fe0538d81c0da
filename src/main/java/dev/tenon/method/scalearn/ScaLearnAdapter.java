package dev.tenon.method.scalearn;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterTensors;
import dev.tenon.method.BankAdapter;
import dev.tenon.method.BottleneckBank;
import dev.tenon.method.ParameterSet;
import dev.tenon.model.BranchSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;

/** Frozen bottlenecks and their scales. */
final class ScaLearnAdapter extends BankAdapter<ScaLearnConfig> {
    private static final String OMEGA = "omega";
    private static final double DEVIATION = 1e-3;

    /** A new one of finished adapters. */
    static Adapter make(Network model, ScaLearnConfig config, long seed, List<Adapter> sources) {
        var parts = config.bottlenecks().parts().of(model);
        var set = ParameterSet.filled(model.device(), filling -> {
            BottleneckBank.keep(filling, parts, sources);
            for (String name : names(config, parts)) {
                double mean = config.startSum() / sources.size();
                filling.train(
                        name,
                        Tensors.randn(ParameterSet.random(seed, name), shape(config, parts))
                                .mul(DEVIATION)
                                .add(mean));
            }
        });
        return of(config, set, parts);
    }

    /** One as it was saved. */
    static Adapter restore(Network model, ScaLearnConfig config, AdapterTensors tensors) {
        var parts = config.bottlenecks().parts().of(model);
        var set = ParameterSet.filled(model.device(), filling -> {
            BottleneckBank.keep(filling, parts, config.sources().size(), tensors);
            names(config, parts).forEach(name -> filling.train(name, tensors.take(name, shape(config, parts))));
            tensors.requireAllTaken();
        });
        return of(config, set, parts);
    }

    private static Adapter of(ScaLearnConfig config, ParameterSet set, List<BranchSite> parts) {
        try {
            return new ScaLearnAdapter(config, set, parts);
        } catch (RuntimeException e) {
            set.close();
            throw e;
        }
    }

    private ScaLearnAdapter(ScaLearnConfig config, ParameterSet set, List<BranchSite> parts) {
        super(config, set, config.bottlenecks().reads(), parts);
    }

    private static List<String> names(ScaLearnConfig config, List<BranchSite> parts) {
        return config.shared()
                ? List.of(OMEGA)
                : parts.stream().map(part -> part.path() + "." + OMEGA).toList();
    }

    private static long[] shape(ScaLearnConfig config, List<BranchSite> parts) {
        long n = config.sources().size();
        return new long[] {n, config.uniform() ? 1 : parts.getFirst().width()};
    }

    @Override
    protected Tensor joined(String path, BottleneckBank bank, Tensor x, Tensor h) {
        return Kernels.call(
                "scaled_bottlenecks",
                x,
                bank.down(),
                bank.downBias(),
                bank.up(),
                bank.upBias(),
                parameter(config().shared() ? OMEGA : path + "." + OMEGA),
                activation().code(),
                training() ? config().dropout() : 0.0);
    }
}
