package dev.tenon.bench;

import dev.tenon.method.Adapter;
import dev.tenon.training.Batch;
import dev.tenon.training.Trainer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One method at work, in one of its phases where it has some, and how long its steps took.
 *
 * @param label the method's id and its phase
 * @param first number of its first step
 * @param millis of the steps that were measured
 */
record Turn(
        String id,
        String label,
        Map<String, Object> settings,
        Adapter adapter,
        Trainer trainer,
        int first,
        List<Double> millis)
        implements AutoCloseable {
    /** Takes a step, rounds counted from 0. */
    void step(int round, List<Batch> batches) {
        trainer.step(first + round, batches);
    }

    double median() {
        return median(millis);
    }

    /** The median over the rounds of how many times longer than another's its steps took. */
    double against(Turn other) {
        var ratios = new ArrayList<Double>();
        for (int i = 0; i < millis.size(); i++) {
            ratios.add(millis.get(i) / other.millis.get(i));
        }
        return median(ratios);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    @Override
    public void close() {
        trainer.close();
        adapter.close();
    }
}
