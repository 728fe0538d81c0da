package dev.tenon.experiments.realdata;

import dev.tenon.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Works through the list until it is empty or nothing more fits into the time: {@code RunAll MODELS FOLDER RESULTS CLAIMS
 * SECONDS [PART]}, where PART is a regular expression for the names of units, and {@code -Dtenon.device} says where. Any
 * number of processes may run it on the same folders, but costs ({@code cost-.*}) want one process on a quiet machine; 0
 * seconds only lists what there is to compare. {@code -Dtenon.realdata.steps} makes runs of another length, to try it out.
 */
final class RunAll {
    private static final int INTENTS_BATCH = 32;
    private static final int MEALS_BATCH = 16;
    private static final int STEPS = 150;
    private static final double SLACK = 1.2;

    private final Map<String, Bench> benches = new LinkedHashMap<>();
    private final Map<String, List<Contender>> contenders = new LinkedHashMap<>();
    private final Map<String, Long> longest = new HashMap<>();
    private final Ledgers ledgers;
    private final long end;

    private RunAll(Path models, Path folder, Ledgers ledgers, int seconds) {
        this.ledgers = ledgers;
        this.end = System.nanoTime() + seconds * 1_000_000_000L;
        int steps = Integer.getInteger("tenon.realdata.steps", STEPS);
        benches.put(Prepare.INTENTS, Bench.open(models, folder, Prepare.INTENTS, INTENTS_BATCH, steps));
        benches.put(Prepare.MEALS, Bench.open(models, folder, Prepare.MEALS, MEALS_BATCH, steps));
        benches.forEach((task, bench) ->
                contenders.put(task, Contenders.of(bench.model(), bench.corpus().classifies())));
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Engine.start(
                Path.of(System.getProperty("tenon.cache", System.getProperty("user.home") + "/.djl.ai")),
                1,
                message -> {});
        var ledgers = new Ledgers(Path.of(args[2]), Files.createDirectories(Path.of(args[3])));
        String part = args.length > 5 ? args[5] : ".*";
        new RunAll(Path.of(args[0]), Path.of(args[1]), ledgers, Integer.parseInt(args[4])).work(part);
    }

    private void work(String part) throws InterruptedException {
        var done = ledgers.done();
        var left = new ArrayList<>(
                Unit.of(List.copyOf(benches.keySet()), task -> Objects.requireNonNull(contenders.get(task))));
        left.removeIf(unit -> done.contains(unit.name()) || !unit.name().matches(part));
        if (System.nanoTime() >= end) {
            contenders.forEach((task, all) -> all.forEach(each -> System.out.println(task + " " + each)));
        }
        while (!left.isEmpty() && System.nanoTime() < end) {
            Unit next = next(left);
            if (next == null) {
                Thread.sleep(200);
            } else {
                long begin = System.nanoTime();
                result(next);
                longest.merge(next.kind() + next.task(), System.nanoTime() - begin, Math::max);
            }
        }
    }

    /** The first that nobody has and whose rate is known; what others have, or has no time any more, is struck out. */
    private @Nullable Unit next(List<Unit> left) {
        var known = ledgers.done();
        var units = left.iterator();
        while (units.hasNext()) {
            Unit unit = units.next();
            String needs = unit.needs();
            if (System.nanoTime() + SLACK * longest.getOrDefault(unit.kind() + unit.task(), 0L) > end) {
                units.remove();
            } else if (needs == null || known.contains(needs)) {
                units.remove();
                if (ledgers.take(unit.name())) {
                    return unit;
                }
            }
        }
        return null;
    }

    private void result(Unit unit) {
        var bench = Objects.requireNonNull(benches.get(unit.task()));
        Map<String, Object> result;
        try {
            result = switch (unit.kind()) {
                case Unit.RATE -> Map.of("factor", new Trial(bench, unit.contender()).bestFactor());
                case Unit.RUN -> new Trial(bench, unit.contender()).run(unit.seed(), factor(unit));
                default -> new Cost(bench, unit.contender(), lora(unit)).measure();
            };
        } catch (RuntimeException e) {
            // one contender that cannot do it must not end the others
            result = Map.of("failure", e.toString());
        }
        ledgers.add(unit, result, bench.device());
    }

    private double factor(Unit unit) {
        var line = ledgers.read().get(unit.needs());
        return line == null || !line.has("factor") ? 1 : line.get("factor").asDouble();
    }

    /** The LoRA of the unit's size. */
    private Contender lora(Unit unit) {
        return Objects.requireNonNull(contenders.get(unit.task())).stream()
                .filter(contender -> contender.id().equals(Contenders.REFERENCE)
                        && contender.isSmall() == unit.contender().isSmall())
                .findFirst()
                .orElseThrow();
    }
}
