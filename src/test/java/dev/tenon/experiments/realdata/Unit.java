package dev.tenon.experiments.realdata;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work that one process takes.
 *
 * @param kind {@code rate}, {@code run} or {@code cost}
 * @param seed of a run, otherwise 0
 */
record Unit(String kind, String task, Contender contender, long seed) {
    static final String RATE = "rate";
    static final String RUN = "run";
    static final String COST = "cost";
    static final List<Long> SEEDS = List.of(1L, 2L, 3L);

    String name() {
        return kind + "-" + task + "-" + contender.name() + "-" + seed;
    }

    /** The unit that says at which rate this one trains: the larger size's, which is the first of its method. */
    @Nullable
    String needs() {
        return kind.equals(RUN)
                ? RATE + "-" + task + "-" + contender.id() + "-"
                        + (contender.isSmall() ? Contender.LARGE : contender.size()) + "-0"
                : null;
    }

    /** All work, the most telling first, so that whenever it stops there is a table. */
    static List<Unit> of(List<String> tasks, java.util.function.Function<String, List<Contender>> contenders) {
        var units = new ArrayList<Unit>();
        for (String task : tasks) {
            contenders.apply(task).stream()
                    .filter(contender -> !contender.isSmall())
                    .forEach(contender -> units.add(new Unit(RATE, task, contender, 0)));
        }
        for (long seed : SEEDS) {
            addRuns(units, tasks, contenders, seed, false);
        }
        for (long seed : SEEDS) {
            addRuns(units, tasks, contenders, seed, true);
        }
        for (String task : tasks) {
            contenders.apply(task).stream()
                    .filter(contender -> contender.rate() > 0)
                    .forEach(contender -> units.add(new Unit(COST, task, contender, 0)));
        }
        return units;
    }

    private static void addRuns(
            List<Unit> units,
            List<String> tasks,
            java.util.function.Function<String, List<Contender>> contenders,
            long seed,
            boolean small) {
        for (String task : tasks) {
            contenders.apply(task).stream()
                    .filter(contender -> contender.isSmall() == small)
                    .forEach(contender -> units.add(new Unit(RUN, task, contender, seed)));
        }
    }
}
