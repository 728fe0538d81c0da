package dev.tenon.training;

import dev.tenon.method.Phased;
import dev.tenon.method.StepAware;
import dev.tenon.method.Tuned;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** The phases of a run: one, or those of an adapter that has several. */
final class Phases implements AutoCloseable {
    private final Tuned tuned;
    private final int totalSteps;
    private final long seed;
    private final int first;
    private final Scope owner = Scope.detached();
    private final Map<String, Tensor> headStart = new LinkedHashMap<>();

    /**
     * Steps that belong together.
     *
     * @param before steps of the run that came earlier
     */
    record Span(int before, int steps) {}

    Phases(Tuned tuned, int totalSteps, long seed) {
        this.tuned = tuned;
        this.totalSteps = totalSteps;
        this.seed = seed;
        this.first = tuned.adapter() instanceof Phased phased ? phased.phase() : 0;
        var head = tuned.head();
        if (head != null && !isLast()) {
            try (var scope = Scope.open()) {
                head.parameters()
                        .forEach((name, start) ->
                                headStart.put(name, owner.own(start.detach().copy())));
            }
        }
    }

    /** Whether what is learnt now is a result. */
    boolean isLast() {
        return !(tuned.adapter() instanceof Phased phased) || phased.isInLastPhase();
    }

    /** Goes on to the phase of a step and says whether it is another. */
    boolean enter(int number) {
        if (!(tuned.adapter() instanceof Phased phased) || of(phased, number) == phased.phase()) {
            return false;
        }
        phased.enter(of(phased, number));
        headStart.forEach((name, start) ->
                Objects.requireNonNull(tuned.parameters().get(name)).copyFrom(start));
        return true;
    }

    private int of(Phased phased, int number) {
        return phased.isInLastPhase()
                ? phased.phase()
                : Math.max(phased.phase(), phased.phaseOf(new StepAware.Step(number, totalSteps, seed)));
    }

    /** The steps of the phase that it is in; an adapter that begins in its last has no other. */
    Span span() {
        if (!(tuned.adapter() instanceof Phased phased) || (first == phased.phase() && isLast())) {
            return new Span(0, totalSteps);
        }
        int before = 0;
        int steps = 0;
        for (int number = 1; number <= totalSteps; number++) {
            int phase = Math.max(first, phased.phaseOf(new StepAware.Step(number, totalSteps, seed)));
            before += phase < phased.phase() ? 1 : 0;
            steps += phase == phased.phase() ? 1 : 0;
        }
        return new Span(before, steps);
    }

    @Override
    public void close() {
        owner.close();
    }
}
