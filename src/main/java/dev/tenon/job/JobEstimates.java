package dev.tenon.job;

import dev.tenon.identity.Tenant;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Methods;
import dev.tenon.method.QuantizationConfig;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Quantisation;
import dev.tenon.training.MemoryEstimate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Says what a plan would take: memory by formula, tokens by the base's own tokenizer, time by the speed that jobs of the
 * same method on the same base had lately.
 */
@Component
class JobEstimates {
    private static final int LATEST_STEPS = 200;
    private static final long MIB = 1 << 20;

    private final Methods methods;
    private final WorkerNodes workers;
    private final ExampleCounts counts;
    private final JdbcClient jdbc;

    JobEstimates(Methods methods, WorkerNodes workers, ExampleCounts counts, JdbcClient jdbc) {
        this.counts = counts;
        this.methods = methods;
        this.workers = workers;
        this.jdbc = jdbc;
    }

    JobEstimate of(Tenant tenant, JobPlan plan) {
        var summary = Objects.requireNonNull(plan.training().dataset());
        var settings = plan.hyperparameters();
        var method = methods.require(plan.methodId());
        long trainable = parameters(method, plan);
        var form = QuantizationConfig.form(plan.adapter());
        long atOnce = atOnce(method, plan);
        boolean onOneTape = MemoryEstimate.isOnOneTape(method.adapterType(), plan.base());
        var memory = MemoryEstimate.of(plan.base(), atOnce, settings, workers.anyGpu(), form, onOneTape);
        var available = workers.largestMemory();
        boolean fits = available.isEmpty() || memory.total() <= available.getAsLong();
        long perStep = (long) settings.batchSize() * settings.gradientAccumulation();
        int steps = Math.toIntExact(settings.epochs() * ((summary.examples() + perStep - 1) / perStep));
        var counted = counts.of(tenant, plan);
        counted.ifPresent(sample ->
                sample.requireSomething(settings.maxLength(), plan.start().baseName()));
        long tokens = counted.map(ExampleSample::tokens).orElse(summary.approxTokens());
        Double speed = speed(plan.start().baseName(), plan.methodId());
        Long seconds = speed == null ? null : Math.round(tokens * settings.epochs() / speed);
        return new JobEstimate(
                summary.examples(),
                tokens,
                counted.isPresent() && counted.get().whole(),
                settings.epochs(),
                settings.batchSize(),
                steps,
                trainable,
                memory.total(),
                available.orElse(0),
                fits,
                speed,
                seconds,
                explanation(memory, form, available.orElse(0), fits),
                counted.map(sample -> sample.warnings(settings.maxLength())).orElse(List.of()));
    }

    private static <C extends Record> long parameters(AdapterMethod<C> method, JobPlan plan) {
        return method.parameterCount(
                ModelOutline.of(plan.base()), method.configType().cast(plan.config()));
    }

    private static <C extends Record> long atOnce(AdapterMethod<C> method, JobPlan plan) {
        return method.trainedAtOnce(
                ModelOutline.of(plan.base()), method.configType().cast(plan.config()));
    }

    /** Tokens a second over the latest steps on this base, of this method where there were any; null when none was seen. */
    private @Nullable Double speed(String base, String method) {
        var own = speed(base, method, true);
        return own == null ? speed(base, method, false) : own;
    }

    private @Nullable Double speed(String base, String method, boolean only) {
        return jdbc.sql("""
                        select avg(tokens_per_second) from (
                            select m.tokens_per_second from job_metric m join job j on j.id = m.job_id
                            where j.base_model = :base and (j.method_id = :method or not :only) and m.tokens_per_second is not null
                            order by m.created_at desc limit :limit) latest
                        """)
                .param("base", base)
                .param("method", method)
                .param("only", only)
                .param("limit", LATEST_STEPS)
                .query((row, number) -> {
                    double value = row.getDouble(1);
                    return row.wasNull() ? 0 : value;
                })
                .optional()
                .filter(value -> value > 0)
                .orElse(null);
    }

    private static String explanation(
            MemoryEstimate memory, @Nullable Quantisation form, long available, boolean fits) {
        String parts = "%d MiB: base%s %d, adapter and optimiser %d, activations %d, process %d."
                .formatted(
                        memory.total() / MIB,
                        form == null ? "" : " as " + form.label(),
                        memory.weights() / MIB,
                        memory.adapter() / MIB,
                        memory.activations() / MIB,
                        memory.runtime() / MIB);
        return fits
                ? parts
                : "This job needs %s No worker has more than %d MiB: use a smaller base, batch_size or rank%s."
                        .formatted(parts, available / MIB, form == null ? ", or quantization" : "");
    }
}
