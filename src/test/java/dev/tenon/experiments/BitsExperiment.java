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

/**
 * Claims of the survey of quantisation (Gholami et al. 2021) that need more than the product's two formats: finer grains
 * err less, training with the rounding in place beats rounding afterwards, and bits given where they matter beat the same
 * number everywhere.
 */
final class BitsExperiment {
    private static final int PRETRAINING = 2000;
    private static final int STEPS = 300;
    private static final int GROUP = 16;
    private static final int[] WIDTHS = {2, 3, 4, 6, 8};
    private static final int[] TRAINED = {4, 3, 2};
    private static final int[] MEANS = {4, 3};
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
            }
        }
        page.text(
                "Three decoders of two blocks, 64 wide, that know sums of two numbers, one a seed. The matrices of their"
                        + " blocks are rounded to symmetric even levels. *Grains*: the relative squared error at 4 bits where"
                        + " every eighth channel and every thirty-second input of a matrix is ten times as large; groups are %d"
                        + " inputs. *Aware*: %d more steps on sums at the rate %.0e, with the rounding in place and straight"
                        + " through for the gradient, or without it and rounded afterwards, a scale a channel. *Mixed*: 2, 3,"
                        + " 4, 6 or 8 bits a matrix, given one after the other where they take most off the sum of squared"
                        + " gradient times squared error for their size, up to the same mean; rounded as the decoder is."
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
            less(
                    "With %d bits in the mean, bits where they matter beat the same everywhere".formatted(bits),
                    named(bits, "mixed, nats"),
                    named(bits, "everywhere, nats"));
        }
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
                        add(name + ", right, %", task.right(model, hooks));
                    }
                }
            }
        }
    }

    private void mixed(CausalModel model, long seed) {
        try (var matrices = matrices(model);
                var scope = Scope.open()) {
            var importance = importance(model, matrices, seed);
            for (int bits : MEANS) {
                var even = rounded(matrices.parameters(), everywhere(matrices, bits));
                var chosen = rounded(matrices.parameters(), allotted(matrices, importance, bits));
                add(named(bits, "everywhere, nats"), task.nats(model, even));
                add(named(bits, "mixed, nats"), task.nats(model, chosen));
                add(named(bits, "everywhere, right, %"), task.right(model, even));
                add(named(bits, "mixed, right, %"), task.right(model, chosen));
            }
        }
    }

    /** Mean squared gradients over batches of sums, by matrix. */
    private Map<String, float[]> importance(CausalModel model, ParameterSet matrices, long seed) {
        var importance = new LinkedHashMap<String, float[]>();
        var random = new Random(seed);
        var hooks = Pretraining.hooks(matrices);
        for (int batch = 0; batch < 16; batch++) {
            try (var scope = Scope.open();
                    var tape = Tape.open()) {
                var names = List.copyOf(matrices.parameters().keySet());
                var gradients = tape.gradients(
                        task.loss(model, hooks, task.train(random)),
                        List.copyOf(matrices.parameters().values()));
                for (int i = 0; i < names.size(); i++) {
                    float[] gradient = gradients.get(i).toFloats();
                    float[] sum = importance.computeIfAbsent(names.get(i), key -> new float[gradient.length]);
                    for (int k = 0; k < gradient.length; k++) {
                        sum[k] += gradient[k] * gradient[k];
                    }
                }
            }
        }
        return importance;
    }

    /** Bits by matrix, from the fewest on, the next where they gain most for their size, until the mean is reached. */
    private static Map<String, Rounding> allotted(ParameterSet matrices, Map<String, float[]> importance, int mean) {
        var places = new LinkedHashMap<String, Integer>();
        matrices.parameters().keySet().forEach(name -> places.put(name, 0));
        long values = matrices.parameters().values().stream()
                .mapToLong(Tensor::elements)
                .sum();
        long left = (mean - WIDTHS[0]) * values;
        while (true) {
            String best = null;
            double most = 0;
            for (var place : places.entrySet()) {
                Tensor matrix = Objects.requireNonNull(matrices.parameters().get(place.getKey()));
                if (place.getValue() + 1 == WIDTHS.length) {
                    continue;
                }
                int from = WIDTHS[place.getValue()];
                int to = WIDTHS[place.getValue() + 1];
                if ((to - from) * matrix.elements() > left) {
                    continue;
                }
                float[] weights = Objects.requireNonNull(importance.get(place.getKey()));
                double gain =
                        (cost(matrix, weights, from) - cost(matrix, weights, to)) / ((to - from) * matrix.elements());
                if (gain > most) {
                    most = gain;
                    best = place.getKey();
                }
            }
            if (best == null) {
                var roundings = new LinkedHashMap<String, Rounding>();
                places.forEach((name, place) -> roundings.put(name, new Rounding(WIDTHS[place], Rounding.CHANNEL)));
                return roundings;
            }
            int place = places.merge(best, 1, Integer::sum);
            left -= (WIDTHS[place] - WIDTHS[place - 1])
                    * Objects.requireNonNull(matrices.parameters().get(best)).elements();
        }
    }

    private static double cost(Tensor matrix, float[] importance, int bits) {
        float[] error = new Rounding(bits, Rounding.CHANNEL).error(matrix).toFloats();
        double cost = 0;
        for (int i = 0; i < error.length; i++) {
            cost += importance[i] * error[i] * error[i];
        }
        return cost;
    }
}
