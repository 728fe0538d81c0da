package dev.tenon.bench;

import dev.tenon.model.CausalModel;
import dev.tenon.model.KvCache;
import dev.tenon.model.Models;
import dev.tenon.serving.engine.EngineAdapter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The bytes that a decode step has to read, in the middle of its answers: all weights once, however many rows there are, the
 * keys and values of each row's tokens so far, and each adapter of the batch once.
 */
record StepBytes(long weights, long keysAndValues, long adapters) {
    /** Beyond what processors keep in their caches. */
    private static final long BEYOND_CACHES = 1L << 30;

    /** @param tokens of each row, half of its answer among them */
    static StepBytes of(CausalModel model, int rows, int tokens, List<EngineAdapter> adapters) {
        long each = KvCache.pageBytes(model.config(), model.type()) / KvCache.PAGE;
        var config = model.config();
        // of an embedding that is not the head, too, a step takes a few rows only
        long untouched = config.tiedHead()
                ? 0
                : (long) config.vocabulary() * config.hidden() * model.type().bytes();
        return new StepBytes(
                Models.bytes(config, model.type(), model.quantisation()) - untouched,
                each * tokens * rows,
                adapters.stream().distinct().mapToLong(EngineAdapter::bytes).sum());
    }

    long all() {
        return weights + keysAndValues + adapters;
    }

    /** How near a step of so many milliseconds comes to what the machine's memory, and its caches, give to so many threads. */
    Map<String, Object> against(double millis, int threads) {
        double rate = all() / (millis / 1e3);
        var report = new LinkedHashMap<String, Object>();
        report.put("bytesPerStep", all());
        report.put("bytesPerSecond", rate);
        try (var memory = new MemoryRate(BEYOND_CACHES, threads);
                var caches = new MemoryRate(all(), threads)) {
            double read = memory.read();
            report.put("machineReads", read);
            report.put("machineCopies", memory.copy());
            report.put("fractionOfMemory", rate / read);
            double again = caches.read();
            report.put("readsOfSoManyBytes", again);
            report.put("fractionOfThose", rate / again);
        }
        return report;
    }
}
