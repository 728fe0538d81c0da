package dev.tenon.experiments.realdata;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * All that is known of one contender on one task.
 *
 * @param runs one a seed
 * @param cost beside a LoRA of rank 8, where it was measured
 */
record Results(
        String id,
        String title,
        String size,
        long parameters,
        List<JsonNode> runs,
        @Nullable JsonNode cost) {
    /** By {@code id-size}, in the order of their titles and of falling size. */
    static Map<String, Results> of(Collection<JsonNode> lines, String task) {
        var runs = new LinkedHashMap<String, List<JsonNode>>();
        var costs = new LinkedHashMap<String, JsonNode>();
        lines.stream()
                .filter(line -> line.path("task").asString("").equals(task) && !line.has("failure"))
                .sorted((a, b) -> (a.get("title").asString()
                                + a.get("size").asString()
                                + a.get("seed").asLong())
                        .compareToIgnoreCase(b.get("title").asString()
                                + b.get("size").asString()
                                + b.get("seed").asLong()))
                .forEach(line -> {
                    String name =
                            line.get("id").asString() + "-" + line.get("size").asString();
                    if (line.get("kind").asString().equals(Unit.RUN)) {
                        runs.computeIfAbsent(name, any -> new ArrayList<>()).add(line);
                    } else if (line.get("kind").asString().equals(Unit.COST)) {
                        costs.put(name, line);
                    }
                });
        var results = new LinkedHashMap<String, Results>();
        runs.forEach((name, seeds) -> {
            var first = seeds.getFirst();
            results.put(
                    name,
                    new Results(
                            first.get("id").asString(),
                            first.get("title").asString(),
                            first.get("size").asString(),
                            first.get("parameters").asLong(),
                            seeds,
                            costs.get(name)));
        });
        return results;
    }

    /** Runs that did not end in a number. */
    long diverged() {
        return runs.stream().filter(run -> run.get("diverged").asBoolean()).count();
    }

    /** A measure of the runs that ended in numbers. */
    List<Double> values(String measure) {
        return runs.stream()
                .filter(run -> run.hasNonNull(measure))
                .map(run -> run.get(measure).asDouble())
                .toList();
    }

    double mean(String measure) {
        return values(measure).stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElse(Double.NaN);
    }

    /** Half the distance of the extremes. */
    double spread(String measure) {
        var values = values(measure);
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
        return (most - least) / 2;
    }

    double factor() {
        return runs.getFirst().get("factor").asDouble();
    }
}
