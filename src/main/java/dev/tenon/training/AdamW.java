package dev.tenon.training;

import dev.tenon.tensor.DType;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** AdamW with decoupled weight decay (Loshchilov and Hutter 2019); its moments live beside the parameters. */
final class AdamW implements AutoCloseable {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final Scope scope = Scope.detached();
    private final List<Group> groups = new ArrayList<>();
    private final List<Tensor> gradients;
    private final List<Tensor> first;
    private final List<Tensor> second;
    private final Tensor whole;

    /**
     * Parameters of one learning rate.
     *
     * @param parts of their gradients, which are a piece of one tensor as the moments are: one operation for all parameters
     */
    private record Group(
            double factor, List<Tensor> parameters, List<Tensor> parts, Tensor gradient, Tensor first, Tensor second) {}

    /** With a factor of the learning rate for each parameter. */
    AdamW(List<Tensor> parameters, List<Double> factors) {
        var device = parameters.getFirst().device();
        long size = parameters.stream().mapToLong(Tensor::elements).sum();
        try (var building = Scope.open()) {
            whole = scope.own(Tensors.zeros(DType.F32, device, size));
            Tensor means = scope.own(Tensors.zeros(DType.F32, device, size));
            Tensor squares = scope.own(Tensors.zeros(DType.F32, device, size));
            var places = new TreeMap<Double, List<Integer>>();
            for (int i = 0; i < factors.size(); i++) {
                places.computeIfAbsent(factors.get(i), factor -> new ArrayList<>())
                        .add(i);
            }
            var starts = new long[parameters.size()];
            long at = 0;
            for (var members : places.values()) {
                for (int i : members) {
                    starts[i] = at;
                    at += parameters.get(i).elements();
                }
            }
            gradients = parts(whole, parameters, starts);
            first = parts(means, parameters, starts);
            second = parts(squares, parameters, starts);
            places.forEach((factor, members) -> {
                long from = starts[members.getFirst()];
                long to = starts[members.getLast()]
                        + parameters.get(members.getLast()).elements();
                groups.add(new Group(
                        factor,
                        members.stream().map(parameters::get).toList(),
                        members.stream().map(gradients::get).toList(),
                        scope.own(whole.slice(0, from, to)),
                        scope.own(means.slice(0, from, to)),
                        scope.own(squares.slice(0, from, to))));
            });
        }
    }

    /** Parts of a flat tensor in the shapes of the parameters. */
    private List<Tensor> parts(Tensor flat, List<Tensor> parameters, long[] starts) {
        var parts = new ArrayList<Tensor>();
        for (int i = 0; i < starts.length; i++) {
            var parameter = parameters.get(i);
            parts.add(scope.own(
                    flat.slice(0, starts[i], starts[i] + parameter.elements()).reshape(parameter.shape())));
        }
        return parts;
    }

    /** Takes gradients in and clips them, all together, to a norm of {@code most}; 0 is any. The norm before, {@code [1]}. */
    Tensor take(List<Tensor> found, double most) {
        Kernels.callNothing("copy_all", gradients, found);
        return Kernels.call("clip_gradients", List.of(whole), most);
    }

    /** Takes step number {@code step}, counted from 1, along the gradients taken in. */
    void step(double rate, double decay, int step) {
        for (var group : groups) {
            Kernels.callNothing(
                    "adamw_step",
                    group.parameters(),
                    group.parts(),
                    group.gradient(),
                    group.first(),
                    group.second(),
                    rate * group.factor(),
                    BETA1,
                    BETA2,
                    EPSILON,
                    decay,
                    step);
        }
    }

    /** Running means of the gradients, in the order of the parameters. */
    List<Tensor> first() {
        return first;
    }

    /** Running means of their squares. */
    List<Tensor> second() {
        return second;
    }

    @Override
    public void close() {
        scope.close();
    }
}
