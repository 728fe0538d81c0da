package dev.tenon.method;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The page of one method: its card as the source tells it, its figures, its settings, and the table of its experiment
 * where {@code make experiments} has kept one.
 */
record MethodPage(MethodFacts facts, Map<String, Object> schema) {
    private static final Path SOURCES = Path.of("src/main/java/dev/tenon/method");
    private static final Path EXPERIMENTS = Path.of("docs/methods/experiments");
    private static final Pattern COMMENT = Pattern.compile("/\\*\\*(.*?)\\*/", Pattern.DOTALL);

    String text() throws IOException {
        var card = facts.card();
        return """
                # %s

                Family %s. Made by `make docs` from the method itself; [all methods](README.md).

                %s

                ```
                %s
                ```

                %s
                %s
                ## On `%s`

                With its standard settings it trains %,d values, %s. %s

                ## Settings

                In a job: `"adapter": {"method": "%s", …}`.

                | setting | meaning | standard | possible |
                |---|---|---|---|
                %s

                ## Paper

                %s
                %s""".formatted(
                        card.title(),
                        card.family(),
                        card.summary(),
                        card.equation(),
                        told(),
                        cost(),
                        facts.base(),
                        facts.counted(),
                        places(),
                        capabilities(),
                        card.id(),
                        settings(),
                        card.paper(),
                        experiment());
    }

    private String cost() {
        String cost = facts.card().cost();
        return cost.isEmpty() ? "" : "\n**A step takes longer than LoRA's.** " + cost + "\n";
    }

    /** What the package says of itself. */
    private String told() throws IOException {
        var source = Files.readString(SOURCES.resolve(facts.card().id()).resolve("package-info.java"));
        var found = COMMENT.matcher(source);
        if (!found.find()) {
            throw new IllegalStateException(facts.card().id() + " has no card");
        }
        var lines = found.group(1).lines().map(line -> line.strip().replaceFirst("^\\* ?", ""));
        return lines.collect(Collectors.joining("\n"))
                .strip()
                .replaceAll("(?m)^<p>", "")
                .replaceAll("\\{@(?:code|link)\\s+([^{}]*(?:\\{[^{}]*}[^{}]*)*)}", "`$1`");
    }

    private String places() {
        return facts.places().isEmpty()
                ? "none of them at a place of the base"
                : "at " + String.join(", ", facts.places());
    }

    private String capabilities() {
        return facts.capabilities().isEmpty()
                ? "It claims no capability beyond training and serving."
                : "Capabilities: %s.".formatted(String.join(", ", facts.capabilities()));
    }

    @SuppressWarnings("unchecked") // a schema's properties are objects
    private String settings() {
        var rows = new ArrayList<String>();
        ((Map<String, Map<String, Object>>) schema.getOrDefault("properties", Map.of()))
                .forEach((name, property) -> rows.add("| `%s` | %s: %s | `%s` | %s |"
                        .formatted(
                                name,
                                property.get("title"),
                                cell(property.get("description")),
                                cell(property.get("default")),
                                possible(property))));
        return String.join("\n", rows);
    }

    private static String possible(Map<String, Object> property) {
        if (property.get("enum") instanceof List<?> choices) {
            return choices.stream().map(choice -> "`" + choice + "`").collect(Collectors.joining(", "));
        }
        var inner = property.get("items") instanceof Map<?, ?> items && items.containsKey("minimum") ? items : property;
        var limits = new ArrayList<String>();
        limit("minimum", "at least", inner, limits);
        limit("exclusiveMinimum", "above", inner, limits);
        limit("maximum", "at most", inner, limits);
        limit("exclusiveMaximum", "below", inner, limits);
        String type = property.get("type") instanceof List<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(" or "))
                : String.valueOf(property.get("type"));
        return limits.isEmpty() ? type : type + ", " + String.join(", ", limits);
    }

    private static void limit(String name, String words, Map<?, ?> property, List<String> limits) {
        if (property.get(name) != null) {
            limits.add(words + " " + property.get(name));
        }
    }

    private static String cell(Object value) {
        return String.valueOf(value).replace("|", "\\|");
    }

    private String experiment() throws IOException {
        Path kept = EXPERIMENTS.resolve(facts.card().id() + ".md");
        return Files.exists(kept)
                ? "\n## Experiment\n\nBy `make experiments`.\n\n"
                        + Files.readString(kept).strip() + "\n"
                : "";
    }
}
