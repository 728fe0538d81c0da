package dev.tenon.experiments;

import dev.tenon.experiments.Arithmetic.Operation;
import dev.tenon.method.OwnTensors;
import dev.tenon.method.ParameterSet;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

/**
 * Claims of the survey of quantisation (Gholami et al. 2021) that need more than the product's two formats: finer grains
 * err less, training with the rounding in place beats rounding afterwards, and bits given where they matter beat the same
 * number everywhere.
 */
final class BitsExperiment {
    private static final int PRETRAINING = 2000;
    private static final int STEPS = 300;
    private static final int GROUP = 16;
    private static final int[] TRAINED = {4, 3, 2};
    private static final int[] MEANS = {4, 3};
    private static final String RIGHT = ", right, %";
    private static final String WHOLE = "int8 × int8 in all layers";
    private static final String PLAIN = "as it is";
    private static final double RATE = 1e-3;

    private final Page page = Page.open();
    private final Arithmetic task = new Arithmetic(Operation.SUM);
    private final Map<String, Figures> figures = new LinkedHashMap<>();

    private BitsExperiment() {}

    public static void main(String[] args) {
        new BitsExperiment().run();
    }

    private void run() {
        for (long seed : Effort.seeds()) {
            try (var model = Arithmetic.base(seed, 2, PRETRAINING)) {
                grains(model, seed);
                aware(model, seed);
                mixed(model, seed);
                wholeNumbers(model, seed);
            }
        }
        page.text(
                "Three decoders of two blocks, 64 wide, that know sums of two numbers, one a seed. The matrices of their"
                        + " blocks are rounded to symmetric even levels. *Grains*: the relative squared error at 4 bits where"
                        + " every eighth channel and every thirty-second input of a matrix is ten times as large; groups are %d"
                        + " inputs. *Aware*: %d more steps on sums at the rate %.0e, with the rounding in place and straight"
                        + " through for the gradient, or without it and rounded afterwards, a scale a channel. *Mixed*: 2, 3,"
                        + " 4, 6 or 8 bits a matrix, given where they take most off the cost for their size, up to the same"
                        + " mean; the cost is squared gradient times squared error, or the loss with that matrix alone rounded,"
                        + " both on known sums; nothing is trained after it. *Whole numbers*: products of int8 inputs and"
                        + " weights (a scale a channel) in 32 bits, brought to int8 by a factor m / 2^k, scales of inputs and"
                        + " outputs from one batch of known sums."
                        + " Nats a character of unseen sums, or right sums in percent. Mean of %d seeds, ± half the distance"
                        + " of the extremes.",
                GROUP, Effort.steps(STEPS), RATE, Effort.seeds().length);
        page.table("rounding", "error, nats or right");
        figures.forEach((name, values) -> page.row(name, values.text(format(name))));
        page.claims();
        less("Groups err less than channels", "per group", "per channel");
        less("Channels err less than whole matrices", "per channel", "per tensor");
        for (int bits : TRAINED) {
            less(
                    "At %d bits a channel, training with the rounding beats rounding afterwards".formatted(bits),
                    named(bits, "aware, nats"),
                    named(bits, "rounded afterwards, nats"));
        }
        for (int bits : MEANS) {
            for (String way : List.of("by squared gradients", "by the loss")) {
                less(
                        "With %d bits in the mean, bits %s beat the same everywhere".formatted(bits, way),
                        named(bits, way + ", nats"),
                        named(bits, "everywhere, nats"));
            }
        }
        page.asMuch(
                "Products of whole numbers get as many sums right, within a point",
                of(WHOLE + RIGHT),
                of(PLAIN + RIGHT),
                1,
                "%.1f");
    }

    private static String named(int bits, String what) {
        return "%d bits, %s".formatted(bits, what);
    }

    private static String format(String name) {
        return name.endsWith("%") ? "%.1f" : "%.4f";
    }

    private void less(String claim, String one, String other) {
        page.less(claim, of(one), of(other), "%.4f");
    }

    private Figures of(String name) {
        return Objects.requireNonNull(figures.get(name), name);
    }

    private void add(String name, double value) {
        figures.computeIfAbsent(name, key -> new Figures()).add(value);
    }

    private void grains(CausalModel model, long seed) {
        var names = Map.of(Rounding.TENSOR, "per tensor", Rounding.CHANNEL, "per channel", GROUP, "per group");
        var errors = new LinkedHashMap<Integer, Double>();
        double size = 0;
        try (var matrices = matrices(model);
                var scope = Scope.open()) {
            for (Tensor matrix : matrices.parameters().values()) {
                int in = (int) matrix.size(1);
                float[] values = matrix.detach().toFloats();
                for (int i = 0; i < values.length; i++) {
                    boolean channel = (i / in + seed) % 8 == 0;
                    boolean input = (i % in + seed) % 32 == 0;
                    values[i] *= (channel ? 10 : 1) * (input ? 10 : 1);
                    size += values[i] * values[i];
                }
                for (int grain : List.of(Rounding.TENSOR, Rounding.CHANNEL, GROUP)) {
                    float[] rounded = new Rounding(4, grain).rounded(values, in);
                    for (int i = 0; i < values.length; i++) {
                        errors.merge(grain, Math.pow(rounded[i] - values[i], 2), Double::sum);
                    }
                }
            }
        }
        for (var error : errors.entrySet()) {
            add(names.get(error.getKey()), error.getValue() / size);
        }
    }

    private static ParameterSet matrices(CausalModel model) {
        return Pretraining.tensors(model, name -> name.contains("_proj.weight"));
    }

    /** The matrices with what rounding adds to each; the gradient goes straight through to them. */
    private static Hooks rounded(Map<String, Tensor> matrices, Map<String, Rounding> roundings) {
        var own = new OwnTensors();
        matrices.forEach((name, matrix) -> {
            var rounding = roundings.get(name);
            own.put(name, rounding == null ? matrix : matrix.add(rounding.error(matrix)));
        });
        return own;
    }

    private static Map<String, Rounding> everywhere(ParameterSet matrices, int bits) {
        var roundings = new LinkedHashMap<String, Rounding>();
        matrices.parameters().keySet().forEach(name -> roundings.put(name, new Rounding(bits, Rounding.CHANNEL)));
        return roundings;
    }

    private void aware(CausalModel model, long seed) {
        for (int bits : TRAINED) {
            for (boolean aware : new boolean[] {true, false}) {
                try (var matrices = matrices(model)) {
                    var roundings = everywhere(matrices, bits);
                    var random = new Random(seed);
                    Fit.run(matrices.parameters().values(), Effort.steps(STEPS), RATE, step -> {
                        var hooks = rounded(matrices.parameters(), aware ? roundings : Map.of());
                        return task.loss(model, hooks, task.train(random));
                    });
                    String name = named(bits, aware ? "aware" : "rounded afterwards");
                    try (var scope = Scope.open()) {
                        var hooks = rounded(matrices.parameters(), roundings);
                        add(name + ", nats", task.nats(model, hooks));
                        add(name + RIGHT, task.right(model, hooks));
                    }
                }
            }
        }
    }

    private void wholeNumbers(CausalModel model, long seed) {
        var product = new IntegerProduct();
        try (var scope = Scope.open()) {
            task.loss(model, product, task.train(new Random(seed)));
            product.freeze();
            add(WHOLE + ", nats", task.nats(model, product));
            add(WHOLE + RIGHT, task.right(model, product));
            add(PLAIN + ", nats", task.nats(model, Hooks.NONE));
            add(PLAIN + RIGHT, task.right(model, Hooks.NONE));
        }
    }

    private void mixed(CausalModel model, long seed) {
        try (var matrices = matrices(model);
                var scope = Scope.open()) {
            var bySquares = bySquaredGradients(model, matrices, seed);
            var byLoss = byLoss(model, matrices, seed);
            for (int bits : MEANS) {
                add(model, matrices, named(bits, "everywhere"), everywhere(matrices, bits));
                add(model, matrices, named(bits, "by squared gradients"), allotted(matrices, bySquares, bits));
                add(model, matrices, named(bits, "by the loss"), allotted(matrices, byLoss, bits));
            }
        }
    }

    private void add(CausalModel model, ParameterSet matrices, String name, Map<String, Rounding> roundings) {
        var hooks = rounded(matrices.parameters(), roundings);
        add(name + ", nats", task.nats(model, hooks));
        add(name + RIGHT, task.right(model, hooks));
    }

    private static Map<String, Rounding> allotted(ParameterSet matrices, Map<String, double[]> costs, int mean) {
        var sizes = new LinkedHashMap<String, Long>();
        matrices.parameters().forEach((name, matrix) -> sizes.put(name, matrix.elements()));
        var roundings = new LinkedHashMap<String, Rounding>();
        Allotment.of(sizes, costs, mean)
                .forEach((name, bits) -> roundings.put(name, new Rounding(bits, Rounding.CHANNEL)));
        return roundings;
    }

    /** The loss of known sums with one matrix rounded and the others as they are. */
    private Map<String, double[]> byLoss(CausalModel model, ParameterSet matrices, long seed) {
        var rows = task.train(new Random(seed));
        return costs(matrices, (name, rounding) -> {
            try (var scope = Scope.open()) {
                var hooks = rounded(matrices.parameters(), Map.of(name, rounding));
                return task.loss(model, hooks, rows).item();
            }
        });
    }

    /** Squared errors, weighted by the mean squared gradients of known sums. */
    private Map<String, double[]> bySquaredGradients(CausalModel model, ParameterSet matrices, long seed) {
        var names = List.copyOf(matrices.parameters().keySet());
        var squares = new LinkedHashMap<String, float[]>();
        var random = new Random(seed);
        var hooks = Pretraining.hooks(matrices);
        for (int batch = 0; batch < 16; batch++) {
            try (var scope = Scope.open();
                    var tape = Tape.open()) {
                var gradients = tape.gradients(
                        task.loss(model, hooks, task.train(random)),
                        List.copyOf(matrices.parameters().values()));
                for (int i = 0; i < names.size(); i++) {
                    float[] gradient = gradients.get(i).toFloats();
                    float[] sum = squares.computeIfAbsent(names.get(i), key -> new float[gradient.length]);
                    for (int k = 0; k < gradient.length; k++) {
                        sum[k] += gradient[k] * gradient[k];
                    }
                }
            }
        }
        return costs(matrices, (name, rounding) -> {
            float[] weights = Objects.requireNonNull(squares.get(name));
            float[] error = rounding.error(
                            Objects.requireNonNull(matrices.parameters().get(name)))
                    .toFloats();
            double cost = 0;
            for (int i = 0; i < error.length; i++) {
                cost += weights[i] * error[i] * error[i];
            }
            return cost;
        });
    }

    private static Map<String, double[]> costs(ParameterSet matrices, ToDoubleBiFunction<String, Rounding> cost) {
        var costs = new LinkedHashMap<String, double[]>();
        for (String name : matrices.parameters().keySet()) {
            costs.put(
                    name,
                    IntStream.of(Allotment.WIDTHS)
                            .mapToDouble(bits -> cost.applyAsDouble(name, new Rounding(bits, Rounding.CHANNEL)))
                            .toArray());
        }
        return costs;
    }
}
