package dev.tenon.job;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What a worker may write about its job while it runs. Every write first touches the job's row under the guard "still
 * running, this owner, this epoch", in the same transaction: a worker that has lost the job changes nothing.
 */
@Component
public class JobProgress {
    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final JobEvents events;
    private final JobCurves curves;
    private final JobCheckpoints checkpoints;
    private final JobJson json;

    JobProgress(
            JdbcClient jdbc,
            TransactionOperations transaction,
            JobEvents events,
            JobCurves curves,
            JobCheckpoints checkpoints,
            JobJson json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.events = events;
        this.curves = curves;
        this.checkpoints = checkpoints;
        this.json = json;
    }

    /** Moves on to {@code phase} and says so in the log. */
    public void phase(JobLease lease, String phase, @Nullable String message) {
        guarded(lease, "phase = :phase", Map.of("phase", phase), () -> {
            if (message != null) {
                events.info(lease.jobId(), message);
            }
        });
    }

    /** The data is tokenised: from now on the number of steps is known. */
    public void prepared(JobLease lease, int totalSteps, Map<String, Object> facts) {
        guarded(
                lease,
                "total_steps = :total",
                Map.of("total", totalSteps),
                () -> events.append(
                        lease.jobId(),
                        "info",
                        "message",
                        "Training data prepared: %s examples, %s tokens, %d steps"
                                .formatted(facts.get("documents"), facts.get("tokens"), totalSteps),
                        facts));
    }

    public void step(JobLease lease, StepReport step) {
        // a smoothed time a step: the estimate of the end must not jump with every pause for an evaluation
        guarded(
                lease,
                "step = :step, total_steps = :total, tokens_per_second = :speed, "
                        + "step_millis = coalesce(step_millis * 0.9 + :millis * 0.1, :millis)",
                Map.of(
                        "step", step.step(),
                        "total", step.total(),
                        "speed", step.tokensPerSecond(),
                        "millis", (double) step.millis()),
                () -> {
                    curves.step(lease.jobId(), step);
                    var data = new TreeMap<String, Object>(Map.of(
                            "step", step.step(),
                            "total_steps", step.total(),
                            "train_loss", step.loss(),
                            "learning_rate", step.learningRate(),
                            "tokens_per_second", step.tokensPerSecond()));
                    put(data, "train_mean_token_accuracy", step.accuracy());
                    put(data, "gradient_norm", step.gradientNorm());
                    var message = String.format(
                            Locale.ROOT, "Step %d/%d: training loss=%.2f", step.step(), step.total(), step.loss());
                    events.append(lease.jobId(), "info", "metrics", message, data);
                });
    }

    public void evaluation(JobLease lease, EvaluationReport evaluation) {
        guarded(lease, "step = step", Map.of(), () -> {
            curves.evaluation(lease.jobId(), evaluation);
            var prefix = evaluation.full() ? "full_valid_" : "valid_";
            var data = new TreeMap<String, Object>(Map.of("step", evaluation.step(), "base", evaluation.base()));
            data.put(prefix + "loss", evaluation.loss());
            put(data, prefix + "mean_token_accuracy", evaluation.accuracy());
            evaluation.scores().forEach((name, value) -> data.put(prefix + snake(name), value));
            var message = evaluation.base()
                    ? String.format(Locale.ROOT, "Base model before tuning: validation loss=%.2f", evaluation.loss())
                    : String.format(
                            Locale.ROOT,
                            "Step %d: %svalidation loss=%.2f",
                            evaluation.step(),
                            evaluation.full() ? "full " : "",
                            evaluation.loss());
            events.append(lease.jobId(), "info", "metrics", message, data);
        });
    }

    /** {@code macroF1} is {@code macro_f1} on the wire. */
    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** Records a stored checkpoint: the next attempt starts here, and this attempt no longer counts as fruitless. */
    public void checkpoint(JobLease lease, JobCheckpoint checkpoint) {
        guarded(lease, "attempts = 0", Map.of(), () -> {
            var name = checkpoints.record(lease, checkpoint);
            events.append(
                    lease.jobId(),
                    "info",
                    "message",
                    "Checkpoint created at step " + checkpoint.step(),
                    Map.of("step", checkpoint.step(), "fine_tuned_model_checkpoint", name));
        });
    }

    /**
     * Keeps what the training phase has produced, so that an attempt that dies in a later phase need not train again.
     */
    public void produced(JobLease lease, String folderDigest, long bytes, Map<String, Object> result) {
        guarded(
                lease,
                "folder_digest = :folder, folder_bytes = :bytes, result = cast(:result as jsonb), attempts = 0",
                Map.of("folder", folderDigest, "bytes", bytes, "result", json.write(result)),
                () -> {});
    }

    /** The curves of the job so far. */
    public MetricSeries series(JobLease lease) {
        return curves.series(lease.jobId(), -1);
    }

    public void note(JobLease lease, String level, String message) {
        guarded(lease, "step = step", Map.of(), () -> events.append(lease.jobId(), level, "message", message, null));
    }

    private static void put(Map<String, Object> data, String key, @Nullable Object value) {
        if (value != null) {
            data.put(key, value);
        }
    }

    private void guarded(JobLease lease, String assignments, Map<String, Object> values, Runnable writes) {
        transaction.executeWithoutResult(status -> {
            int rows = jdbc.sql("update job set " + assignments + LeaseGuard.WHERE)
                    .params(values)
                    .params(LeaseGuard.params(lease))
                    .update();
            LeaseGuard.require(lease, rows);
            writes.run();
        });
    }
}
