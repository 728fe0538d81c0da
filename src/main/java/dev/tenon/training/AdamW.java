package dev.tenon.training;

import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** AdamW with decoupled weight decay (Loshchilov and Hutter 2019); its moments live beside the parameters. */
final class AdamW implements AutoCloseable {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;

    private final Scope scope = Scope.detached();
    private final List<Tensor> parameters;
    private final List<Tensor> first = new ArrayList<>();
    private final List<Tensor> second = new ArrayList<>();
    private final Map<Double, List<Integer>> groups = new TreeMap<>();

    /** With a factor of the learning rate for each parameter. */
    AdamW(List<Tensor> parameters, List<Double> factors) {
        this.parameters = parameters;
        for (int i = 0; i < factors.size(); i++) {
            groups.computeIfAbsent(factors.get(i), factor -> new ArrayList<>()).add(i);
        }
        try (var building = Scope.open()) {
            for (Tensor parameter : parameters) {
                first.add(scope.own(Tensors.zeros(parameter.dtype(), parameter.device(), parameter.shape())));
                second.add(scope.own(Tensors.zeros(parameter.dtype(), parameter.device(), parameter.shape())));
            }
        }
    }

    /** Takes step number {@code step}, counted from 1. */
    void step(List<Tensor> gradients, double rate, double decay, int step) {
        groups.forEach((factor, members) -> Kernels.callNothing(
                "adamw_step",
                members(parameters, members),
                members(gradients, members),
                members(first, members),
                members(second, members),
                rate * factor,
                BETA1,
                BETA2,
                EPSILON,
                decay,
                step));
    }

    private static List<Tensor> members(List<Tensor> all, List<Integer> places) {
        return places.stream().map(all::get).toList();
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
