package dev.tenon.experiments;

import dev.tenon.method.Activation;
import dev.tenon.method.Adapter;
import dev.tenon.method.Calibration;
import dev.tenon.method.Methods;
import dev.tenon.method.OwnObjective;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.TrainedHead;
import dev.tenon.model.BranchSite;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.HeadForm.Task;
import dev.tenon.model.Hooks;
import dev.tenon.model.Models;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The claims for ScaLearn: with 50 labels of a new task, scales on the adapters of four related tasks do better than a
 * fresh adapter, than scales that must sum to one, and no worse than AdapterFusion, which trains a hundred times more.
 * The tasks are five disjoint parts of BANKING77 on the shipped encoder.
 */
final class ScaLearnExperiment {
    private static final int PARTS = 5;
    private static final int LABELLED = 50;
    private static final int SOURCE_STEPS = 200;
    private static final int STEPS = 100;
    private static final int BATCH = 16;
    private static final double HEAD_RATE = 3e-3;
    private static final List<String> NAMES =
            IntStream.range(0, PARTS - 1).mapToObj("part%d@1"::formatted).toList();
    private static final Map<String, Object> BOTTLENECK =
            Map.of("method", "bottleneck", "width", 12, "activation", "relu", "bias", true, "start", "bert");

    private static final List<String> VARIANTS = List.of("scalearn", "scalearn_pp", "uniform", "uniform_pp");
    private static final String FRESH = "a fresh bottleneck adapter";
    private static final String MEAN = "mean of the sources, frozen";
    private static final String SOFTMAX = "scales that sum to one (softmax)";
    private static final String FUSION = "AdapterFusion";

    private final Page page = Page.open();
    private final Methods methods = Methods.scan();
    private final EncoderModel model =
            (EncoderModel) Models.open(Path.of("src/main/resources/models/tenon-encoder-4m"), Device.cpu(), DType.F32);
    private final Intents unseen = Intents.part("test.csv", PARTS - 1, PARTS);
    private final Map<String, Figures> right = new LinkedHashMap<>();
    private final Map<String, Long> trained = new LinkedHashMap<>();

    private ScaLearnExperiment() {}

    public static void main(String[] args) {
        new ScaLearnExperiment().run();
    }

    private void run() {
        var own = new Figures();
        for (long seed : Effort.seeds()) {
            var sources = new ArrayList<Adapter>();
            var solved = new Figures();
            for (int part = 0; part < PARTS - 1; part++) {
                Adapter source = methods.attach(model, BOTTLENECK, seed * 10 + part);
                var task = Intents.part("train.csv", part, PARTS);
                solved.add(learned(
                        source,
                        source.parameters().values(),
                        rate(source),
                        task,
                        SOURCE_STEPS,
                        seed,
                        Intents.part("test.csv", part, PARTS)));
                sources.add(source);
            }
            own.add(solved.mean());
            target(seed, sources);
            sources.forEach(Adapter::close);
            System.err.println("seed " + seed + " done");
        }
        page.text(
                "BANKING77's 77 intents, in the order of their names, are dealt into five tasks without an intent in common."
                        + " On `tenon-encoder-4m` (6 layers, 192 wide) a bottleneck adapter (width 12, ReLU, biases) with a head"
                        + " is trained on each of four of them, %d steps of %d examples; they are %s %% right on their own"
                        + " tasks. Of the fifth task (%d intents) %d examples are labelled; everything below has %d steps of %d"
                        + " of them, a new head at a rate of %.0e, and its method's own rate; nothing was tuned. Tested on the"
                        + " fifth task's test texts. Mean of %d seeds, ± half the distance of the extremes.",
                Effort.steps(SOURCE_STEPS),
                BATCH,
                own.text("%.1f"),
                unseen.classes(),
                LABELLED,
                Effort.steps(STEPS),
                BATCH,
                HEAD_RATE,
                Effort.seeds().length);
        page.table("on %d labels of the new task".formatted(LABELLED), "trained without the head", "right, %");
        right.forEach((name, figures) -> page.row(name, "%,d".formatted(trained.get(name)), figures.text("%.1f")));
        page.claims();
        for (String variant : VARIANTS) {
            String name = "ScaLearn, " + variant;
            page.more(name + ", is better than a fresh adapter", of(name), of(FRESH), "%.1f");
            page.more(name + ", is better than scales that sum to one", of(name), of(SOFTMAX), "%.1f");
        }
        page.asMuch("`scalearn` reaches AdapterFusion", of("ScaLearn, scalearn"), of(FUSION), 0, "%.1f");
        page.more("Related adapters alone, their plain mean, beat a fresh one", of(MEAN), of(FRESH), "%.1f");
        page.note(
                "AdapterFusion starts as the mean of its sources and moves little in so few steps at the rate that its"
                        + " authors recommend. The tasks are parts of one dataset, which is as related as tasks can be.");
        model.close();
    }

    private Figures of(String name) {
        return Objects.requireNonNull(right.get(name), name);
    }

    private void target(long seed, List<Adapter> sources) {
        var few = Intents.part("train.csv", PARTS - 1, PARTS).few(LABELLED, seed);
        row("the head alone", seed, few, BOTTLENECK, List.of(), false);
        row(FRESH, seed, few, BOTTLENECK, List.of(), true);
        var scales = Map.<String, Object>of("method", "scalearn", "sources", NAMES);
        row(MEAN, seed, few, with(scales, "start_sum", 1.0), sources, false);
        for (String variant : VARIANTS) {
            row("ScaLearn, " + variant, seed, few, with(scales, "variant", variant), sources, true);
        }
        softmax(seed, few, with(scales, "dropout", 0.0), sources);
        row(FUSION, seed, few, Map.of("method", "fusion", "sources", NAMES), sources, true);
    }

    private static Map<String, Object> with(Map<String, Object> settings, String name, Object value) {
        var changed = new LinkedHashMap<>(settings);
        changed.put(name, value);
        return changed;
    }

    private void row(
            String name, long seed, Intents few, Map<String, Object> settings, List<Adapter> sources, boolean train) {
        var calibration = new Calibration(List.of(), text -> new long[0], sources);
        try (var adapter = methods.attach(model, settings, seed, calibration)) {
            Collection<Tensor> parameters = train ? adapter.parameters().values() : List.<Tensor>of();
            add(
                    name,
                    train ? adapter.parameterCount() : 0,
                    learned(adapter, parameters, rate(adapter), few, STEPS, seed, unseen));
        }
    }

    /** The ablation: for every channel the scales are a softmax over the sources. */
    private void softmax(long seed, Intents few, Map<String, Object> settings, List<Adapter> sources) {
        var calibration = new Calibration(List.of(), text -> new long[0], sources);
        try (var frozen = methods.attach(model, settings, seed, calibration);
                var scores = ParameterSet.filled(
                        model.device(),
                        set -> frozen.parameters()
                                .forEach((name, omega) -> set.train(
                                        name,
                                        Tensors.randn(ParameterSet.random(seed, name), omega.shape())
                                                .mul(1e-3))))) {
            var hooks = new Softmax(frozen, scores.parameters());
            add(
                    SOFTMAX,
                    frozen.parameterCount(),
                    learned(hooks, scores.parameters().values(), rate(frozen), few, seed));
        }
    }

    private record Softmax(Adapter frozen, Map<String, Tensor> scores) implements Hooks {
        @Override
        public Tensor branch(BranchSite site, Tensor input, Tensor output) {
            Tensor score = scores.get(site.path() + ".omega");
            if (score == null) {
                return output;
            }
            var kept = frozen.buffers();
            String path = site.path() + ".sources.";
            return output.add(Kernels.call(
                    "scaled_bottlenecks",
                    output,
                    kept.get(path + "down"),
                    kept.get(path + "down_bias"),
                    kept.get(path + "up"),
                    kept.get(path + "up_bias"),
                    score.softmax(0),
                    Activation.RELU.code(),
                    0.0));
        }
    }

    private void add(String name, long count, double percent) {
        right.computeIfAbsent(name, key -> new Figures()).add(percent);
        trained.put(name, count);
        System.err.printf("%s: %.1f%n", name, percent);
    }

    private double rate(Adapter adapter) {
        return methods.of(adapter.config()).learningRate(model.config().hidden());
    }

    private double learned(Hooks hooks, Collection<Tensor> parameters, double rate, Intents few, long seed) {
        return learned(hooks, null, parameters, rate, few, STEPS, seed, unseen);
    }

    private double learned(
            Adapter adapter,
            Collection<Tensor> parameters,
            double rate,
            Intents task,
            int steps,
            long seed,
            Intents tested) {
        adapter.train(true);
        double percent = learned(adapter.hooks(), adapter, parameters, rate, task, steps, seed, tested);
        adapter.train(false);
        return percent;
    }

    /** Trains hooks with a new head and says how much of other texts it gets right. */
    private double learned(
            Hooks hooks,
            @Nullable Adapter adapter,
            Collection<Tensor> parameters,
            double rate,
            Intents task,
            int steps,
            long seed,
            Intents tested) {
        Engine.seed(seed);
        var random = new Random(seed);
        var labels =
                IntStream.range(0, task.classes()).mapToObj(String::valueOf).toList();
        try (var head = TrainedHead.fresh(model, Task.CLASSIFICATION, labels, seed)) {
            var groups = new ArrayList<Fit.Group>();
            groups.add(new Fit.Group(head.parameters().values(), HEAD_RATE));
            if (!parameters.isEmpty()) {
                groups.add(new Fit.Group(parameters, rate));
            }
            Fit.run(groups, Effort.steps(steps), step -> {
                Tensor loss = loss(hooks, head, task.batch(BATCH, random));
                return adapter instanceof OwnObjective own && !parameters.isEmpty() ? loss.add(own.penalty()) : loss;
            });
            if (adapter != null) {
                adapter.train(false);
            }
            return right(hooks, head, tested);
        }
    }

    private Tensor loss(Hooks hooks, TrainedHead head, Intents batch) {
        int count = batch.labels().length;
        var sums =
                Kernels.callList("token_loss", scores(hooks, head, batch.texts()), Tensors.of(batch.labels(), count));
        return sums.getFirst().sum().mul(1.0 / count);
    }

    private Tensor scores(Hooks hooks, TrainedHead head, List<long[]> texts) {
        var firsts = new long[texts.size()];
        for (int i = 1; i < firsts.length; i++) {
            firsts[i] = firsts[i - 1] + texts.get(i - 1).length;
        }
        Tensor rows = model.hidden(Sequences.of(texts), hooks).select(0, Tensors.of(firsts, firsts.length));
        return head.head().logits(model, rows, hooks);
    }

    private double right(Hooks hooks, TrainedHead head, Intents tested) {
        int right = 0;
        int all = tested.labels().length;
        for (int from = 0; from < all; from += 100) {
            var some = tested.range(from, Math.min(all, from + 100));
            try (var scope = Scope.open()) {
                long[] told = scores(hooks, head, some.texts()).argmax(1).toLongs();
                for (int i = 0; i < told.length; i++) {
                    right += told[i] == some.labels()[i] ? 1 : 0;
                }
            }
        }
        return 100.0 * right / all;
    }
}
