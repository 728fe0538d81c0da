package dev.tenon.job;

import dev.tenon.core.Problem;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Holds a job back and lets it go on. A running one is told by its next heartbeat: it writes a checkpoint, gives the
 * device back, and waits; the attempt does not count.
 */
@Component
class JobPause {
    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final JobEvents events;

    JobPause(JdbcClient jdbc, TransactionOperations transaction, JobEvents events) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.events = events;
    }

    void pause(JobView job) {
        set(job, true, "paused", "The job is paused; 'resume' lets it go on from its last checkpoint");
    }

    void resume(JobView job) {
        set(job, false, "waiting", "The job is no longer paused");
    }

    /** Twice the same is once: a client that repeats a request after a lost answer must not be told that it failed. */
    private void set(JobView job, boolean paused, String phase, String message) {
        if (job.status().finished()) {
            throw Problem.invalid(
                    "fine_tuning_job_id",
                    "invalid_job_state",
                    "Job '%s' cannot be %s: its status is '%s'."
                            .formatted(
                                    job.id(),
                                    paused ? "paused" : "resumed",
                                    job.status().wire()));
        }
        transaction.executeWithoutResult(status -> {
            int updated = jdbc.sql("""
                            update job set paused = :paused,
                                phase = case when status = 'RUNNING' then phase else :phase end
                            where id = :id and paused <> :paused and finished_at is null
                            """)
                    .param("paused", paused)
                    .param("phase", phase)
                    .param("id", job.id())
                    .update();
            if (updated == 1) {
                events.info(job.id(), message);
            }
        });
    }
}
