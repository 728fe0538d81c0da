package dev.tenon.experiments;

import dev.tenon.method.Adapter;
import dev.tenon.method.Methods;
import dev.tenon.method.compose.Part;
import dev.tenon.method.compose.WeightedSum;
import dev.tenon.model.Hooks;
import dev.tenon.tensor.Engine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** SHiRA's claim: two adapters that were trained apart lose less when they are summed than two LoRAs of their size. */
final class ShiraExperiment {
    private static final int PRETRAINING = 1500;
    private static final int STEPS = 400;
    private static final int RANK = 4;
    private static final double[] RATES = {3e-3, 1e-2, 3e-2};
    private static final String LORA = "lora";
    private static final String RANDOM = "shira, random places";
    private static final String LARGEST = "shira, largest weights";

    private final Page page = Page.open();
    private final CharacterModel base = CharacterModel.english(Effort.steps(PRETRAINING));
    private final Language somali = new Language(Characters.somali("train.tsv"), Characters.somali("dev.tsv"));
    private final Language zulu = new Language(Characters.zulu("train.tsv"), Characters.zulu("dev.tsv"));
    private final Map<String, Row> rows = new LinkedHashMap<>();

    private ShiraExperiment() {}

    private record Language(List<long[]> training, List<long[]> unseen) {}

    /** Nats a character, mean of both languages, by seed. */
    private record Row(Figures alone, Figures summed) {
        Figures lost() {
            return Figures.of(alone, summed, (before, after) -> after - before);
        }

        /** What the sum is still better than the base, in percent of what each adapter alone is better. */
        Figures kept(double untuned) {
            return Figures.of(alone, summed, (before, after) -> 100 * (untuned - after) / (untuned - before));
        }
    }

    private static Map<String, Map<String, Object>> candidates() {
        var candidates = new LinkedHashMap<String, Map<String, Object>>();
        candidates.put(LORA, Map.of("method", "lora", "rank", RANK, "alpha", 2 * RANK));
        candidates.put(RANDOM, Map.of("method", "shira", "rank", RANK));
        candidates.put(LARGEST, Map.of("method", "shira", "rank", RANK, "mask_type", "magnitude"));
        return candidates;
    }

    public static void main(String[] args) {
        new ShiraExperiment().run();
    }

    private void run() {
        double untuned = nats(Hooks.NONE);
        page.text(
                "A decoder of characters, two blocks, 64 wide, knows English (questions of GSM8K). It learns Somali and Zulu"
                        + " (headlines of ANTC), each with an adapter of its own and %d steps; then both"
                        + " adapters are summed. A LoRA of rank %d in all layers and a SHiRA of as many values, at random"
                        + " places (others for each adapter) or at the largest weights (the same ones); the best of three"
                        + " rates for Somali with a seed of its own. Nats a character of unseen headlines, mean of both"
                        + " languages, without adapters %.3f; %d seeds, ± half the distance of the extremes.",
                Effort.steps(STEPS), RANK, untuned, Effort.seeds().length);
        page.table("adapters", "trained each", "rate", "each alone", "both summed", "lost", "gain kept, %");
        candidates().forEach((name, settings) -> row(name, settings, untuned));
        page.claims();
        var lora = of(LORA);
        for (String name : List.of(RANDOM, LARGEST)) {
            page.less("Summing costs less than with LoRA, " + name, of(name).lost(), lora.lost(), "%.3f");
            page.more(
                    "More of the gain is kept than with LoRA, " + name,
                    of(name).kept(untuned),
                    lora.kept(untuned),
                    "%.0f");
            page.less("Alone it is as good as LoRA or better, " + name, of(name).alone, lora.alone, "%.3f");
        }
        base.model().close();
    }

    private Row of(String name) {
        return Objects.requireNonNull(rows.get(name), name);
    }

    private void row(String name, Map<String, Object> settings, double untuned) {
        double rate = bestRate(settings);
        var row = new Row(new Figures(), new Figures());
        long count = 0;
        for (long seed : Effort.seeds()) {
            try (var first = trained(settings, somali, 2 * seed, rate);
                    var second = trained(settings, zulu, 2 * seed + 1, rate)) {
                row.alone.add((nats(first.hooks(), somali) + nats(second.hooks(), zulu)) / 2);
                row.summed.add(nats(WeightedSum.of(List.of(new Part(first, 1), new Part(second, 1)))));
                count = first.parameterCount();
            }
        }
        rows.put(name, row);
        page.row(
                name,
                "%,d".formatted(count),
                "%.0e".formatted(rate),
                row.alone.text("%.3f"),
                row.summed.text("%.3f"),
                row.lost().text("%.3f"),
                row.kept(untuned).text("%.0f"));
    }

    private double bestRate(Map<String, Object> settings) {
        double best = RATES[0];
        double least = Double.POSITIVE_INFINITY;
        for (double rate : RATES) {
            try (var adapter = trained(settings, somali, Effort.SWEEP_SEED, rate)) {
                double reached = nats(adapter.hooks(), somali);
                System.err.printf("%s at %.0e: %.4f%n", settings, rate, reached);
                if (reached < least) {
                    least = reached;
                    best = rate;
                }
            }
        }
        return best;
    }

    private Adapter trained(Map<String, Object> settings, Language language, long seed, double rate) {
        Engine.seed(seed);
        var random = new Random(seed);
        var adapter = Methods.scan().attach(base.model(), settings, seed);
        adapter.train(true);
        Fit.run(
                adapter.parameters().values(),
                Effort.steps(STEPS),
                rate,
                step -> base.loss(adapter.hooks(), language.training(), random));
        adapter.train(false);
        return adapter;
    }

    private double nats(Hooks hooks) {
        return (nats(hooks, somali) + nats(hooks, zulu)) / 2;
    }

    private double nats(Hooks hooks, Language language) {
        return base.nats(hooks, language.unseen());
    }
}
