package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.BranchSite;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The frozen bottlenecks of n finished adapters at one part of a block, stacked: {@code u_s(x) = act(x D_sᵀ + d_s) U_sᵀ +
 * c_s}. Constant and learned scales are taken into U and c. What is narrower than the widest is filled up with zeros,
 * which every activation leaves at zero.
 *
 * @param down {@code D [n, m, in]}
 * @param downBias {@code d [n, m]}
 * @param up {@code U [n, out, m]}
 * @param upBias {@code c [n, out]}
 */
public record BottleneckBank(Tensor down, Tensor downBias, Tensor up, Tensor upBias) {
    /** The one activation of all of them, by its number. */
    private static final String ACTIVATION = "sources.activation";

    private static final String DOWN = ".sources.down";
    private static final String DOWN_BIAS = ".sources.down_bias";
    private static final String UP = ".sources.up";
    private static final String UP_BIAS = ".sources.up_bias";

    /** Copies what finished adapters have at the parts of a model into a set of tensors. */
    public static void keep(ParameterSet set, List<BranchSite> parts, List<Adapter> sources) {
        var methods = Methods.scan();
        var all = new ArrayList<Map<String, Bottleneck>>();
        for (Adapter source : sources) {
            all.add(((BottleneckSource<?>) methods.of(source.config())).bottlenecks(source));
        }
        for (BranchSite part : parts) {
            var here = all.stream()
                    .map(found -> Objects.requireNonNull(found.get(part.path()), part.path()))
                    .toList();
            requireOneActivation(here);
            stack(here, part.path(), set);
        }
        long code = first(all, parts).activation().code();
        set.keep(ACTIVATION, Tensors.of(new long[] {code}, 1));
    }

    private static Bottleneck first(List<Map<String, Bottleneck>> all, List<BranchSite> parts) {
        return Objects.requireNonNull(all.getFirst().get(parts.getFirst().path()));
    }

    private static void requireOneActivation(List<Bottleneck> here) {
        for (int i = 1; i < here.size(); i++) {
            var wanted = here.getFirst().activation();
            if (here.get(i).activation() != wanted) {
                throw Problem.invalid(
                        SourceNames.field(i),
                        "unfitting_source",
                        "'%s' has the activation %s and the first source %s; all need the same."
                                .formatted(SourceNames.field(i), here.get(i).activation(), wanted));
            }
        }
    }

    private static void stack(List<Bottleneck> here, String path, ParameterSet set) {
        long most = here.stream().mapToLong(one -> one.down().size(0)).max().orElseThrow();
        var down = new ArrayList<Tensor>();
        var downBias = new ArrayList<Tensor>();
        var up = new ArrayList<Tensor>();
        var upBias = new ArrayList<Tensor>();
        for (Bottleneck one : here) {
            long in = one.down().size(1);
            long out = one.up().size(0);
            Tensor bias = one.downBias() == null ? zeros(one, one.down().size(0)) : one.downBias();
            Tensor shift = one.upBias() == null ? zeros(one, out) : one.upBias();
            down.add(filled(one.down(), 0, most).reshape(1, most, in));
            downBias.add(filled(bias, 0, most).reshape(1, most));
            up.add(scaled(one, filled(one.up(), 1, most)).reshape(1, out, most));
            upBias.add(scaled(one, shift).reshape(1, out));
        }
        set.keep(path + DOWN, Tensor.cat(down, 0));
        set.keep(path + DOWN_BIAS, Tensor.cat(downBias, 0));
        set.keep(path + UP, Tensor.cat(up, 0));
        set.keep(path + UP_BIAS, Tensor.cat(upBias, 0));
    }

    private static Tensor zeros(Bottleneck like, long... shape) {
        return Tensors.zeros(DType.F32, like.down().device(), shape);
    }

    private static Tensor filled(Tensor tensor, int dim, long size) {
        long[] rest = tensor.shape();
        rest[dim] = size - rest[dim];
        Tensor own = tensor.detach();
        return rest[dim] == 0 ? own : Tensor.cat(List.of(own, Tensors.zeros(DType.F32, own.device(), rest)), dim);
    }

    private static Tensor scaled(Bottleneck one, Tensor tensor) {
        Tensor scaled = tensor.detach().mul(one.scale());
        return one.learnedScale() == null
                ? scaled
                : scaled.mul(one.learnedScale().detach());
    }

    /** Takes the same out of an adapter's file, for as many sources as its settings name. */
    public static void keep(ParameterSet set, List<BranchSite> parts, int sources, AdapterTensors tensors) {
        for (BranchSite part : parts) {
            long width = tensors.shape(part.path() + DOWN)[1];
            take(set, tensors, part.path() + DOWN, sources, width, part.width());
            take(set, tensors, part.path() + DOWN_BIAS, sources, width);
            take(set, tensors, part.path() + UP, sources, part.width(), width);
            take(set, tensors, part.path() + UP_BIAS, sources, part.width());
        }
        take(set, tensors, ACTIVATION, 1);
    }

    private static void take(ParameterSet set, AdapterTensors tensors, String name, long... shape) {
        set.keep(name, tensors.take(name, shape));
    }

    /** What was kept of a part. */
    public static BottleneckBank of(ParameterSet set, String path) {
        return new BottleneckBank(
                buffer(set, path + DOWN),
                buffer(set, path + DOWN_BIAS),
                buffer(set, path + UP),
                buffer(set, path + UP_BIAS));
    }

    /** The activation that was kept. */
    public static Activation activation(ParameterSet set) {
        long code = buffer(set, ACTIVATION).toLongs()[0];
        for (Activation activation : Activation.values()) {
            if (activation.code() == code) {
                return activation;
            }
        }
        throw AdapterTensors.wrong("unknown_activation", "has the activation %d, which does not exist".formatted(code));
    }

    private static Tensor buffer(ParameterSet set, String name) {
        return Objects.requireNonNull(set.buffers().get(name), name);
    }
}
