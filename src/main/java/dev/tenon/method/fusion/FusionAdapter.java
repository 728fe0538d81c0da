package dev.tenon.method.fusion;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterTensors;
import dev.tenon.method.BankAdapter;
import dev.tenon.method.BottleneckBank;
import dev.tenon.method.OwnObjective;
import dev.tenon.method.ParameterSet;
import dev.tenon.model.BranchSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.List;

/** Frozen bottlenecks and the attention to them. */
final class FusionAdapter extends BankAdapter<FusionConfig> implements OwnObjective {
    static final String QUERY = ".fusion.query.weight";
    static final String QUERY_BIAS = ".fusion.query.bias";
    static final String KEY = ".fusion.key.weight";
    static final String VALUE = ".fusion.value.weight";
    private static final double DEVIATION = 0.02;

    /** A new one of finished adapters. */
    static Adapter make(Network model, FusionConfig config, long seed, List<Adapter> sources) {
        var parts = config.bottlenecks().parts().of(model);
        var set = ParameterSet.filled(model.device(), filling -> {
            BottleneckBank.keep(filling, parts, sources);
            parts.forEach(part -> start(filling, part, seed));
        });
        return of(config, set, parts);
    }

    private static void start(ParameterSet set, BranchSite part, long seed) {
        int width = part.width();
        for (String name : List.of(part.path() + QUERY, part.path() + KEY)) {
            set.train(
                    name,
                    Tensors.randn(ParameterSet.random(seed, name), width, width).mul(DEVIATION));
        }
        set.train(part.path() + QUERY_BIAS, Tensors.zeros(DType.F32, Device.cpu(), width));
        set.train(part.path() + VALUE, identity(width));
    }

    private static Tensor identity(int width) {
        var values = new float[width * width];
        for (int i = 0; i < width; i++) {
            values[i * (width + 1)] = 1;
        }
        return Tensors.of(values, width, width);
    }

    /** One as it was saved. */
    static Adapter restore(Network model, FusionConfig config, AdapterTensors tensors) {
        var parts = config.bottlenecks().parts().of(model);
        var set = ParameterSet.filled(model.device(), filling -> {
            BottleneckBank.keep(filling, parts, config.sources().size(), tensors);
            for (BranchSite part : parts) {
                int width = part.width();
                for (String name : List.of(QUERY, KEY, VALUE)) {
                    filling.train(part.path() + name, tensors.take(part.path() + name, width, width));
                }
                filling.train(part.path() + QUERY_BIAS, tensors.take(part.path() + QUERY_BIAS, width));
            }
            tensors.requireAllTaken();
        });
        return of(config, set, parts);
    }

    private static Adapter of(FusionConfig config, ParameterSet set, List<BranchSite> parts) {
        try {
            return new FusionAdapter(config, set, parts);
        } catch (RuntimeException e) {
            set.close();
            throw e;
        }
    }

    private FusionAdapter(FusionConfig config, ParameterSet set, List<BranchSite> parts) {
        super(config, set, config.bottlenecks().reads(), parts);
    }

    @Override
    protected Tensor joined(String path, BottleneckBank bank, Tensor x, Tensor h) {
        return Kernels.call(
                "fused_bottlenecks",
                x,
                h,
                bank.down(),
                bank.downBias(),
                bank.up(),
                bank.upBias(),
                parameter(path + QUERY),
                parameter(path + QUERY_BIAS),
                parameter(path + KEY),
                parameter(path + VALUE),
                activation().code());
    }

    /** {@code weight · Σ ‖V − I‖²}. */
    @Override
    public Tensor penalty() {
        Tensor sum =
                Tensors.zeros(DType.F32, parameters().values().iterator().next().device());
        for (var parameter : parameters().entrySet()) {
            if (parameter.getKey().endsWith(VALUE)) {
                sum = sum.add(Kernels.call("apart_from_identity", parameter.getValue()));
            }
        }
        return sum.mul(config().regularization());
    }
}
