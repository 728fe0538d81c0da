package dev.tenon.experiments;

import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.method.ParameterSet;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The claims for language adapters, by characters: the pseudo-perplexity of a language that the base has not seen falls,
 * and a classifier of few labels on top of the frozen language adapter gets better.
 */
final class LanguageExperiment {
    private static final int PRETRAINING = 1500;
    private static final int STEPS = 500;
    private static final double RATE = 3e-3;
    private static final int LABELLED = 400;
    private static final int TESTED = 1000;
    private static final long[] SEEDS = {1, 2, 3};

    private final MaskedCharacters base = MaskedCharacters.english(PRETRAINING);
    private final List<long[]> training = Characters.somali("train.tsv");
    private final List<long[]> unseen = Characters.somali("dev.tsv");
    private final Topics labelled = Topics.read("train.tsv", LABELLED);
    private final Topics tested = Topics.read("test.tsv", TESTED);

    private LanguageExperiment() {}

    /** Headlines with the number of their topic. */
    private record Topics(List<long[]> texts, long[] topics) {
        private static final Map<String, Long> NUMBERS = new LinkedHashMap<>();

        static Topics read(String file, int count) {
            var headlines = new ArrayList<>(Characters.headlines(file).entrySet());
            java.util.Collections.shuffle(headlines, new Random(7));
            var some = headlines.subList(0, count);
            return new Topics(
                    some.stream()
                            .map(entry -> Characters.window(entry.getKey()))
                            .toList(),
                    some.stream()
                            .mapToLong(
                                    entry -> NUMBERS.computeIfAbsent(entry.getValue(), topic -> (long) NUMBERS.size()))
                            .toArray());
        }
    }

    public static void main(String[] args) {
        new LanguageExperiment().run();
    }

    private void run() {
        System.out.println("| below the classifier | trained | pseudo-perplexity of Somali | topics right, % |");
        System.out.println("|---|---|---|---|");
        row("the base alone", null);
        row("seq_bn", Map.of("method", "language", "reduction_factor", 4));
        row("seq_bn_inv", Map.of("method", "language", "kind", "seq_bn_inv", "reduction_factor", 4));
        base.model().close();
    }

    private void row(String name, @Nullable Map<String, Object> settings) {
        var perplexity = new Figures();
        var right = new Figures();
        long count = 0;
        for (long seed : SEEDS) {
            if (settings == null) {
                perplexity.add(base.perplexity(Hooks.NONE, unseen));
                right.add(classified(Hooks.NONE, seed));
                continue;
            }
            try (var adapter = Methods.scan().attach(base.model(), settings, seed)) {
                train(adapter, seed);
                count = adapter.parameterCount();
                perplexity.add(base.perplexity(adapter.hooks(), unseen));
                right.add(classified(adapter.hooks(), seed));
            }
        }
        System.out.printf(
                Locale.ROOT, "| %s | %,d | %s | %s |%n", name, count, perplexity.text("%.2f"), right.text("%.1f"));
    }

    private void train(Adapter adapter, long seed) {
        var random = new Random(seed);
        Fit.run(adapter.parameters().values(), STEPS, RATE, step -> base.loss(adapter.hooks(), training, random));
    }

    /** Trains a linear layer on mean hidden states of the labelled headlines and tries it on others. */
    private double classified(Hooks hooks, long seed) {
        int classes = Topics.NUMBERS.size();
        int hidden = base.model().config().hidden();
        try (var scope = Scope.open();
                var set = ParameterSet.filled(base.model().device(), filling -> {
                    var random = ParameterSet.random(seed, "head");
                    filling.train("head", Tensors.randn(random, classes, hidden).mul(0.02));
                })) {
            Tensor head = set.parameters().get("head");
            Tensor known = base.means(hooks, labelled.texts());
            Tensor topics = Tensors.of(labelled.topics(), LABELLED);
            Fit.run(
                    List.of(head),
                    300,
                    0.05,
                    step -> Kernels.callList("token_loss", known.matmul(head.transpose(0, 1)), topics)
                            .getFirst()
                            .sum()
                            .mul(1.0 / LABELLED));
            long[] guesses = base.means(hooks, tested.texts())
                    .matmul(head.transpose(0, 1))
                    .argmax(1)
                    .toLongs();
            int right = 0;
            for (int i = 0; i < TESTED; i++) {
                right += guesses[i] == tested.topics()[i] ? 1 : 0;
            }
            return 100.0 * right / TESTED;
        }
    }
}
