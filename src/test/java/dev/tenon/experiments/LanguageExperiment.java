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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The claims for language adapters, by characters: the perplexity of a language that the base has not seen falls,
 * and a classifier of few labels on top of the frozen language adapter gets better.
 */
final class LanguageExperiment {
    private static final int PRETRAINING = 1500;
    private static final int STEPS = 500;
    private static final double RATE = 3e-3;
    private static final int LABELLED = 400;
    private static final int TESTED = 1000;

    private final Page page = Page.open();
    private final CharacterModel base = CharacterModel.english(Effort.steps(PRETRAINING));
    private final List<long[]> training = Characters.somali("train.tsv");
    private final List<long[]> unseen = Characters.somali("dev.tsv");
    private final Topics labelled = Topics.read("train.tsv", LABELLED);
    private final Topics tested = Topics.read("test.tsv", TESTED);

    private LanguageExperiment() {}

    /** Headlines with the number of their topic. */
    private record Topics(List<long[]> texts, long[] topics) {
        private static final Map<String, Long> NUMBERS = new LinkedHashMap<>();

        static Topics read(String file, int count) {
            var headlines = new ArrayList<>(Characters.headlines("som", file).entrySet());
            Collections.shuffle(headlines, new Random(7));
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
        page.text(
                "A decoder of characters, two blocks, 64 wide, knows English (questions of GSM8K). A language adapter learns"
                        + " Somali from it character by character (headlines of ANTC, %d steps). Then a linear classifier of"
                        + " %d topics on the mean of the last hidden states sees %d labelled headlines. Perplexity of the"
                        + " characters of unseen headlines, and topics right of %d others in percent; mean of %d seeds, ±"
                        + " half the distance of the extremes.",
                Effort.steps(STEPS), Topics.NUMBERS.size(), LABELLED, TESTED, Effort.seeds().length);
        page.table("below the classifier", "trained", "perplexity of Somali", "topics right, %");
        var none = row("the base alone", null);
        var sequential = row("seq_bn", Map.of("method", "language", "reduction_factor", 4));
        var invertible = row("seq_bn_inv", Map.of("method", "language", "kind", "seq_bn_inv", "reduction_factor", 4));
        page.claims();
        page.less("seq_bn lowers the perplexity", sequential.perplexity, none.perplexity, "%.2f");
        page.more("A classifier of few labels is better above it", sequential.right, none.right, "%.1f");
        page.less("The invertible part lowers it further", invertible.perplexity, sequential.perplexity, "%.2f");
        page.more("and makes the classifier better still", invertible.right, sequential.right, "%.1f");
        base.model().close();
    }

    private record Row(Figures perplexity, Figures right) {}

    private Row row(String name, @Nullable Map<String, Object> settings) {
        var row = new Row(new Figures(), new Figures());
        long count = 0;
        for (long seed : Effort.seeds()) {
            if (settings == null) {
                row.perplexity.add(base.perplexity(Hooks.NONE, unseen));
                row.right.add(classified(Hooks.NONE, seed));
                continue;
            }
            try (var adapter = Methods.scan().attach(base.model(), settings, seed)) {
                train(adapter, seed);
                count = adapter.parameterCount();
                row.perplexity.add(base.perplexity(adapter.hooks(), unseen));
                row.right.add(classified(adapter.hooks(), seed));
            }
        }
        page.row(name, "%,d".formatted(count), row.perplexity.text("%.2f"), row.right.text("%.1f"));
        return row;
    }

    private void train(Adapter adapter, long seed) {
        var random = new Random(seed);
        Fit.run(
                adapter.parameters().values(),
                Effort.steps(STEPS),
                RATE,
                step -> base.loss(adapter.hooks(), training, random));
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
                    Effort.steps(300),
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
