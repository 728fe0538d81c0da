package dev.tenon.experiments.realdata;

import dev.tenon.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes the page: {@code Report RESULTS MODELS DATA NOTES PAGE}, where NOTES is a file of Markdown that is put in front. */
final class Report {
    private final Collection<JsonNode> lines;

    private Report(Collection<JsonNode> lines) {
        this.lines = lines;
    }

    public static void main(String[] args) throws IOException {
        var ledgers = new Ledgers(Path.of(args[0]), Path.of(args[0]));
        var report = new Report(ledgers.read().values());
        report.scoreTexts(Path.of(args[1]), Path.of(args[2]));
        Files.writeString(Path.of(args[4]), report.page(Files.readString(Path.of(args[3]))));
    }

    private void scoreTexts(Path models, Path data) {
        var references = Meals.testing(data).stream()
                .limit(Prepare.PROMPTS)
                .map(entry -> entry.getValue().stream().map(TextScores::words).toList())
                .toList();
        try (var tokenizer = Tokenizer.load(models.resolve("tenon-base-7m"))) {
            for (JsonNode line : lines) {
                if (line.has("written") && line instanceof ObjectNode object) {
                    var texts = line.get("written")
                            .valueStream()
                            .map(ids -> TextScores.words(tokenizer.decode(
                                    ids.valueStream().mapToInt(JsonNode::asInt).toArray(), true)))
                            .toList();
                    object.put("bleu", TextScores.bleu(texts, references));
                    object.put("rouge", TextScores.rouge(texts, references));
                }
            }
        }
    }

    private String page(String notes) {
        var intents = Results.of(lines, Prepare.INTENTS);
        var meals = Results.of(lines, Prepare.MEALS);
        return """
                # All methods on real data

                %s

                ## Intents: banking77 on `tenon-encoder-4m`

                %s
                ## Texts from facts: E2E NLG on `tenon-base-7m`

                %s
                ## What the papers claim

                A claim is judged by the mean of three seeds; what lies within the larger of the two spreads is no difference.

                Intents, accuracy:

                %s
                Texts, loss:

                %s%s""".formatted(
                notes.strip(),
                table(intents, List.of("accuracy", "loss"), List.of("accuracy, %", "loss, nats")),
                table(meals, List.of("loss", "bleu", "rouge"), List.of("loss, nats a token", "BLEU", "ROUGE-L")),
                claims(intents, "accuracy", true, "points"),
                claims(meals, "loss", false, "nats"),
                failures());
    }

    private static String claims(Map<String, Results> results, String measure, boolean more, String unit) {
        String rows = Claim.ALL.stream()
                .map(claim -> claim.row(results, measure, more, unit))
                .collect(Collectors.joining());
        return rows.isEmpty()
                ? "Not judged: fewer than three seeds were run.\n"
                : "| claim | compared | gain ± spread | here |\n|---|---|---|---|\n" + rows;
    }

    private String failures() {
        var failed = lines.stream().filter(line -> line.has("failure")).toList();
        return failed.isEmpty()
                ? ""
                : "\nThese did not run: %s.\n"
                        .formatted(failed.stream()
                                .map(line -> "`%s` (%s)"
                                        .formatted(
                                                line.get("unit").asString(),
                                                line.get("failure").asString()))
                                .collect(Collectors.joining(", ")));
    }

    private static String table(Map<String, Results> results, List<String> measures, List<String> heads) {
        var text = new StringBuilder("| method | size | trained | " + String.join(" | ", heads)
                + " | rate × | ms/step × LoRA | peak × LoRA | file, KiB | merge, ms | load, ms |\n");
        text.append("|---|---|---|").append("---|".repeat(heads.size() + 6)).append('\n');
        for (var result : results.values()) {
            var cost = result.cost();
            text.append(String.format(
                    Locale.ROOT,
                    "| %s%s | %s | %,d | %s | %.1f | %s | %s | %s | %s | %s |%n",
                    result.title(),
                    result.diverged() == 0 ? "" : " (%d of its runs diverged)".formatted(result.diverged()),
                    result.size(),
                    result.parameters(),
                    measures.stream().map(measure -> quality(result, measure)).collect(Collectors.joining(" | ")),
                    result.factor(),
                    ratio(cost, "stepMillis", "loraStepMillis"),
                    ratio(cost, "peakBytes", "loraPeakBytes"),
                    number(cost, "folderBytes", 1.0 / 1024, "%,.0f"),
                    number(cost, "mergeMillis", 1, "%.1f"),
                    number(cost, "loadMillis", 1, "%.1f")));
        }
        return text.toString();
    }

    private static String quality(Results result, String measure) {
        double scale = measure.equals("accuracy") ? 100 : 1;
        String form = measure.equals("loss") ? "%.3f" : "%.1f";
        int seeds = result.values(measure).size();
        if (seeds == 0) {
            return "–";
        }
        String mean = String.format(Locale.ROOT, form, scale * result.mean(measure));
        String spread = String.format(Locale.ROOT, form, scale * result.spread(measure));
        return seeds == 1 ? mean + " (one seed)" : mean + " ± " + spread + (seeds < 3 ? " (two seeds)" : "");
    }

    private static String ratio(@Nullable JsonNode cost, String ours, String theirs) {
        return cost == null || !cost.has(ours)
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.2f",
                        cost.get(ours).asDouble() / cost.get(theirs).asDouble());
    }

    private static String number(@Nullable JsonNode cost, String name, double scale, String form) {
        return cost == null || !cost.has(name)
                ? ""
                : String.format(Locale.ROOT, form, scale * cost.get(name).asDouble());
    }
}
