package dev.tenon.worker;

import dev.tenon.job.EvaluationReport;
import dev.tenon.job.JobCheckpoint;
import dev.tenon.job.JobProgress;
import dev.tenon.job.StaleLease;
import dev.tenon.job.StepReport;
import dev.tenon.registry.AdapterFolders;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.CannotCreateTransactionException;

/** Writes what the child reports to the job's tables; a checkpoint's files go to the blob store first. */
@Component
class EventRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final JobProgress progress;
    private final AdapterFolders folders;

    EventRecorder(JobProgress progress, AdapterFolders folders) {
        this.progress = progress;
        this.folders = folders;
    }

    /** Waits out a database that is away; meanwhile the child's pipe fills and the child waits too. */
    void record(JobRun run, ChildEvent event) {
        while (run.stopped() == null) {
            try {
                write(run, event);
                return;
            } catch (StaleLease stale) {
                run.stop(new RunEnd.LeaseLost());
            } catch (TransientDataAccessException
                    | RecoverableDataAccessException
                    | DataAccessResourceFailureException
                    | CannotCreateTransactionException away) {
                LOG.warn("Could not record an event of {} yet: {}", run.lease().jobId(), away.getMessage());
                pause();
            }
        }
        // a drained child still writes its last checkpoint; that one is worth keeping
        if (run.stopped() instanceof RunEnd.Drained && event.kind().equals("checkpoint")) {
            write(run, event);
        }
    }

    private void write(JobRun run, ChildEvent event) {
        switch (event.kind()) {
            case "phase" -> phase(run, event);
            case "prepared" -> progress.prepared(run.lease(), event.integer("totalSteps"), event.fields());
            case "step" -> progress.step(run.lease(), step(event));
            case "evaluation" -> progress.evaluation(run.lease(), evaluation(event));
            case "checkpoint" -> checkpoint(run, event);
            case "result" -> run.result().putAll(event.fields());
            default -> LOG.debug("Unknown event of the training process: {}", event.kind());
        }
    }

    private void phase(JobRun run, ChildEvent event) {
        var message = event.text("message");
        progress.phase(run.lease(), event.text("phase"), message.isEmpty() ? null : message);
    }

    private void checkpoint(JobRun run, ChildEvent event) {
        var stored = folders.store(run.folder().inside(event.text("directory")), name -> true);
        var metrics = new LinkedHashMap<String, Object>();
        metrics.put("step", event.integer("step"));
        put(metrics, "train_loss", event.optionalReal("trainLoss"));
        put(metrics, "train_mean_token_accuracy", event.optionalReal("trainAccuracy"));
        put(metrics, "valid_loss", event.optionalReal("validationLoss"));
        put(metrics, "valid_mean_token_accuracy", event.optionalReal("validationAccuracy"));
        progress.checkpoint(
                run.lease(),
                new JobCheckpoint(event.integer("step"), stored.digest(), stored.bytes(), event.flag("best"), metrics));
    }

    private static StepReport step(ChildEvent event) {
        return new StepReport(
                event.integer("step"),
                event.integer("total"),
                event.real("epoch"),
                event.real("loss"),
                event.optionalReal("accuracy"),
                event.real("learningRate"),
                event.optionalReal("gradientNorm"),
                event.real("tokensPerSecond"),
                event.whole("tokens"),
                event.whole("millis"));
    }

    private static EvaluationReport evaluation(ChildEvent event) {
        return new EvaluationReport(
                event.integer("step"),
                event.real("loss"),
                event.optionalReal("accuracy"),
                event.flag("full"),
                event.flag("base"),
                scores(event.fields().get("scores")));
    }

    private static Map<String, Double> scores(@Nullable Object given) {
        var scores = new TreeMap<String, Double>();
        if (given instanceof Map<?, ?> map) {
            map.forEach((name, value) -> {
                if (value instanceof Number number) {
                    scores.put(String.valueOf(name), number.doubleValue());
                }
            });
        }
        return scores;
    }

    private static void put(Map<String, Object> metrics, String key, @Nullable Object value) {
        if (value != null) {
            metrics.put(key, value);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
