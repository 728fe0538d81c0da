package dev.tenon.worker;

import dev.tenon.core.OnRole;
import dev.tenon.core.PlainWords;
import dev.tenon.core.Role;
import dev.tenon.job.JobQueue;
import dev.tenon.job.StaleLease;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.stereotype.Component;

/** Starts a run's flow, or takes it up where a worker that is gone has left it. */
@Component
@OnRole(Role.WORKER)
class FlowRunner {
    private static final Logger LOG = LoggerFactory.getLogger(FlowRunner.class);
    private static final Duration AGAIN = Duration.ofMillis(200);
    private static final int COLLISIONS = 20;

    private final Job flow;
    private final JobQueue queue;
    private final FlowHistory history;

    FlowRunner(Job fineTuning, JobQueue queue, FlowHistory history) {
        this.flow = fineTuning;
        this.queue = queue;
        this.history = history;
    }

    /** Blocks until the run has ended, and says how. */
    RunEnd run(JobRun run) {
        try {
            var execution = begin(run);
            ScopedValue.where(JobRun.CURRENT, run).call(() -> execute(execution));
            if (execution.getStatus() == BatchStatus.COMPLETED) {
                return new RunEnd.Succeeded();
            }
            var reason = run.stopped();
            return reason != null ? reason : end(execution);
        } catch (StaleLease stale) {
            return new RunEnd.LeaseLost();
        } catch (JobInterruptedException | InterruptedException | RuntimeException e) {
            var reason = run.stopped();
            if (reason != null) {
                return reason;
            }
            LOG.error("The flow of {} could not be run", run.lease().jobId(), e);
            return new RunEnd.Interrupted("The worker could not run the flow: " + PlainWords.of(e));
        }
    }

    /**
     * A worker that has lost the job may just be writing its last words about its own execution. They are few, so a
     * collision with them is no reason to give up what we hold.
     */
    private JobExecution begin(JobRun run) throws InterruptedException {
        var jobId = run.lease().jobId();
        for (int collisions = 0; ; collisions++) {
            try {
                return queue.whileHeld(run.lease(), () -> history.next(jobId));
            } catch (ConcurrencyFailureException collision) {
                if (collisions == COLLISIONS || run.stopped() != null) {
                    throw collision;
                }
                LOG.info("Another worker still writes about {}: {}", jobId, collision.getMessage());
                Thread.sleep(AGAIN);
            }
        }
    }

    private JobExecution execute(JobExecution execution) throws JobInterruptedException {
        flow.execute(execution);
        return execution;
    }

    private static RunEnd end(JobExecution execution) {
        for (var failure : execution.getAllFailureExceptions()) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof RunStopped stopped) {
                    return stopped.end();
                }
                if (cause instanceof StaleLease) {
                    return new RunEnd.LeaseLost();
                }
            }
        }
        var failures = execution.getAllFailureExceptions();
        var detail = failures.isEmpty()
                ? PlainWords.of(execution.getExitStatus().getExitDescription())
                : PlainWords.of(failures.getFirst());
        return new RunEnd.Interrupted("The worker met an unexpected error: " + detail);
    }
}
