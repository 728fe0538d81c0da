package dev.tenon.job;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** The three ends of a job, each one commit together with its event. */
@Component
public class JobEnding {
    private static final String CLOSE =
            "lease_owner = null, lease_until = null, finished_at = now(), phase = 'finished'";

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final JobRows rows;
    private final JobEvents events;
    private final ApplicationEventPublisher publisher;

    JobEnding(
            JdbcClient jdbc,
            TransactionOperations transaction,
            JobRows rows,
            JobEvents events,
            ApplicationEventPublisher publisher) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.rows = rows;
        this.events = events;
        this.publisher = publisher;
    }

    /**
     * The job has its model. The result file, whose id {@code resultFile} returns, and what listeners to
     * {@link JobSucceeded} write are part of the same commit.
     */
    public void succeed(JobLease lease, JobOutcome outcome, Supplier<String> resultFile) {
        transaction.executeWithoutResult(status -> {
            int updated = jdbc.sql("update job set status = 'SUCCEEDED', trained_tokens = :tokens, "
                            + "folder_digest = :digest, step = total_steps, " + CLOSE + LeaseGuard.WHERE)
                    .param("tokens", outcome.trainedTokens())
                    .param("digest", outcome.folderDigest())
                    .params(LeaseGuard.params(lease))
                    .update();
            LeaseGuard.require(lease, updated);
            jdbc.sql("update job set result_file = :result where id = :id")
                    .param("result", resultFile.get())
                    .param("id", lease.jobId())
                    .update();
            publisher.publishEvent(rows.succeeded(lease.jobId(), outcome));
            events.append(
                    lease.jobId(),
                    "info",
                    "message",
                    "New fine-tuned model created",
                    Map.of("fine_tuned_model", rows.targetModel(lease.jobId())));
            events.info(lease.jobId(), "The job has successfully completed");
        });
    }

    /** The job cannot be done; the reason is for its owner. */
    public void fail(JobLease lease, JobError error) {
        transaction.executeWithoutResult(status -> {
            int updated = jdbc.sql("update job set " + failed() + LeaseGuard.WHERE)
                    .params(values(error))
                    .params(LeaseGuard.params(lease))
                    .update();
            LeaseGuard.require(lease, updated);
            say(lease.jobId(), error);
        });
    }

    /** Fails a job that no worker holds; the caller has locked its row. */
    void failUnleased(String jobId, JobError error) {
        jdbc.sql("update job set " + failed() + " where id = :job and status in (:before)")
                .params(values(error))
                .param("job", jobId)
                .param("before", JobStatus.before(JobStatus.FAILED))
                .update();
        say(jobId, error);
    }

    /** True when the job was still unfinished; its worker learns of it from the next heartbeat. */
    boolean cancel(String jobId) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            int updated = jdbc.sql("update job set status = 'CANCELLED', " + CLOSE
                            + " where id = :job and status in (:before)")
                    .param("job", jobId)
                    .param("before", JobStatus.before(JobStatus.CANCELLED))
                    .update();
            if (updated == 1) {
                events.info(jobId, "The job was cancelled");
            }
            return updated == 1;
        }));
    }

    private static String failed() {
        return "status = 'FAILED', error_code = :code, error_message = :message, error_param = :param, " + CLOSE;
    }

    private static Map<String, @Nullable Object> values(JobError error) {
        var values = new HashMap<String, @Nullable Object>();
        values.put("code", error.code());
        values.put("message", error.message());
        values.put("param", error.param());
        return values;
    }

    private void say(String jobId, JobError error) {
        var data = new LinkedHashMap<String, Object>();
        data.put("code", error.code());
        events.append(jobId, "error", "message", "The job failed: " + error.message(), data);
    }
}
