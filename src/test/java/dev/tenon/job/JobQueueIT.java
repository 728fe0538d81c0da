package dev.tenon.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** Promises of the lease protocol: one holder at a time, stale writers write nothing, fair turns, no endless loops. */
class JobQueueIT {
    static QueuedJobs jobs;

    @BeforeAll
    static void connect() {
        jobs = new QueuedJobs(JobTables.fresh());
    }

    @BeforeEach
    void empty() {
        jobs.hand.clear();
    }

    @Test
    void claimsByPriorityThenAge() {
        var org = jobs.hand.organisation();
        var young = jobs.hand.add(org, "file-1", 0, 1);
        var old = jobs.hand.add(org, "file-1", 0, 9);
        var urgent = jobs.hand.add(org, "file-1", 5, 0);
        assertThat(claims(3)).containsExactly(urgent, old, young);
        assertThat(jobs.queue.claim("w")).isEmpty();
    }

    @Test
    void theOrganisationWithFewestRunningComesFirst() {
        var busy = jobs.hand.organisation();
        var quiet = jobs.hand.organisation();
        for (int i = 0; i < 40; i++) {
            jobs.hand.add(busy, "file-1", 0, 1000 - i);
        }
        assertThat(claims(2)).hasSize(2);
        var single = jobs.hand.add(quiet, "file-1", 0, 0);
        assertThat(claims(1))
                .as("the newest job, but of an organisation that has nothing running")
                .containsExactly(single);
    }

    @Test
    void manyWorkersNeverClaimOneJobTwice() throws Exception {
        var orgs = List.of(jobs.hand.organisation(), jobs.hand.organisation(), jobs.hand.organisation());
        for (int i = 0; i < 120; i++) {
            jobs.hand.add(orgs.get(i % 3), "file-1", 0, i);
        }
        Map<String, String> holders = new ConcurrentHashMap<>();
        try (var workers = Executors.newFixedThreadPool(8)) {
            List<Future<?>> done = new ArrayList<>();
            for (int w = 0; w < 8; w++) {
                var name = "worker-" + w;
                done.add(workers.submit(() -> {
                    // an empty answer may only mean that others hold the rows of this moment
                    for (int misses = 0; misses < 20; ) {
                        var claimed = jobs.queue.claim(name);
                        if (claimed.isEmpty()) {
                            misses++;
                        } else {
                            assertThat(holders.put(claimed.get().lease().jobId(), name))
                                    .isNull();
                        }
                    }
                }));
            }
            for (var future : done) {
                future.get();
            }
        }
        assertThat(holders).hasSize(120);
    }

    @Test
    void aLeaseThatRanOutPassesOnAndTheOldHolderCannotWrite() {
        var id = jobs.hand.add(jobs.hand.organisation(), "file-1", 0, 0);
        var first = jobs.queue.claim("first").orElseThrow().lease();
        jobs.hand.expire(id);
        var second = jobs.queue.claim("second").orElseThrow().lease();
        assertThat(second.epoch()).isEqualTo(first.epoch() + 1);
        var before = snapshot(id);
        var step = new StepReport(1, 10, 0.1, 2.0, null, 1e-3, null, 10, 10, 10);
        List<Runnable> writes = List.of(
                () -> jobs.progress.step(first, step),
                () -> jobs.progress.phase(first, "train", "x"),
                () -> jobs.progress.checkpoint(first, new JobCheckpoint(1, "d", 1, false, Map.of())),
                () -> jobs.progress.produced(first, "d", 1, Map.of()),
                () -> jobs.queue.whileHeld(first, () -> "x"),
                () -> jobs.queue.release(first, "x"),
                () -> jobs.queue.retry(first, "x"),
                () -> jobs.ending.fail(first, new JobError("c", "m", null)),
                () -> jobs.ending.succeed(first, QueuedJobs.outcome(), () -> "file-x"));
        writes.forEach(write -> assertThatThrownBy(write::run).isInstanceOf(StaleLease.class));
        assertThat(jobs.queue.beat(first)).isEqualTo(JobQueue.Beat.LOST);
        assertThat(snapshot(id)).isEqualTo(before);
        assertThat(jobs.queue.beat(second)).isEqualTo(JobQueue.Beat.KEPT);
        assertThat(jobs.published)
                .noneMatch(event -> ((JobSucceeded) event).jobId().equals(id));
    }

    @Test
    void aHeldLeaseIsNotForTheTaking() {
        jobs.hand.add(jobs.hand.organisation(), "file-1", 0, 0);
        assertThat(jobs.queue.claim("first")).isPresent();
        assertThat(jobs.queue.claim("second")).isEmpty();
    }

    @Test
    void threeFruitlessAttemptsEndTheJob() {
        var id = jobs.hand.add(jobs.hand.organisation(), "file-1", 0, 0);
        for (int attempt = 1; attempt <= JobQueue.FRUITLESS_ATTEMPTS; attempt++) {
            assertThat(jobs.queue.failPoisoned()).isZero();
            var claimed = jobs.queue.claim("w").orElseThrow();
            assertThat(claimed.attempt()).isEqualTo(attempt);
            jobs.queue.retry(claimed.lease(), "killed");
        }
        assertThat(jobs.queue.claim("w")).isEmpty();
        assertThat(jobs.queue.failPoisoned()).isEqualTo(1);
        assertThat(jobs.hand.column(id, "status")).isEqualTo("FAILED");
        assertThat(jobs.hand.column(id, "error_code")).isEqualTo("worker_lost");
        assertThat(jobs.hand.column(id, "error_message"))
                .asString()
                .contains("begun 3 times", "The last time: killed", "'batch_size'");
    }

    @Test
    void workersThatDieSilentlyCountToo() {
        var id = jobs.hand.add(jobs.hand.organisation(), "file-1", 0, 0);
        for (int attempt = 1; attempt <= JobQueue.FRUITLESS_ATTEMPTS; attempt++) {
            jobs.queue.claim("w").orElseThrow();
            jobs.hand.expire(id);
        }
        assertThat(jobs.queue.claim("w")).isEmpty();
        assertThat(jobs.queue.failPoisoned()).isEqualTo(1);
        assertThat(jobs.hand.column(id, "status")).isEqualTo("FAILED");
    }

    @Test
    void attemptsWithProgressAndDrainsDoNotCount() {
        var id = jobs.hand.add(jobs.hand.organisation(), "file-1", 0, 0);
        for (int i = 1; i <= 5; i++) {
            var lease = jobs.queue.claim("w").orElseThrow().lease();
            jobs.progress.checkpoint(lease, new JobCheckpoint(i, "digest-" + i, 1, false, Map.of("step", i)));
            jobs.queue.retry(lease, "killed");
        }
        for (int i = 1; i <= 5; i++) {
            jobs.queue.release(jobs.queue.claim("w").orElseThrow().lease(), "drained");
        }
        assertThat(jobs.queue.failPoisoned()).isZero();
        var claimed = jobs.queue.claim("w").orElseThrow();
        assertThat(claimed.newest()).isEqualTo(new ClaimedJob.SavedState(5, "digest-5"));
        assertThat(jobs.hand.messages(id)).contains("Fine-tuning job resumes from the checkpoint at step 5");
    }

    @Test
    void aCancelledJobTellsItsWorker() {
        var id = jobs.hand.add(jobs.hand.organisation(), "file-1", 0, 0);
        var lease = jobs.queue.claim("w").orElseThrow().lease();
        assertThat(jobs.ending.cancel(id)).isTrue();
        assertThat(jobs.queue.beat(lease)).isEqualTo(JobQueue.Beat.CANCELLED);
        assertThat(jobs.ending.cancel(id)).as("it has ended").isFalse();
    }

    @Test
    void aPausedJobWaitsUntilItIsResumed() {
        var org = jobs.hand.organisation();
        var id = jobs.hand.add(org, "file-1", 0, 0);
        jobs.pause.pause(jobs.rows.require(org, id));
        jobs.pause.pause(jobs.rows.require(org, id));
        assertThat(jobs.hand.column(id, "phase")).isEqualTo("paused");
        assertThat(jobs.queue.claim("w")).isEmpty();
        assertThat(jobs.queue.view(org)).isEqualTo(new QueueView(0, 0, List.of()));
        jobs.pause.resume(jobs.rows.require(org, id));
        var lease = jobs.queue.claim("w").orElseThrow().lease();
        assertThat(jobs.hand.messages(id))
                .containsOnlyOnce("The job is paused; 'resume' lets it go on from its last checkpoint");

        jobs.pause.pause(jobs.rows.require(org, id));
        assertThat(jobs.queue.beat(lease)).isEqualTo(JobQueue.Beat.PAUSED);
        jobs.queue.release(lease, "paused");
        assertThat(jobs.rows.require(org, id).phase()).isEqualTo("paused");
        assertThat(jobs.queue.claim("w")).isEmpty();
        assertThat(jobs.ending.cancel(id)).isTrue();
        assertThatThrownBy(() -> jobs.pause.resume(jobs.rows.require(org, id)))
                .hasMessage("Job '%s' cannot be resumed: its status is 'cancelled'.".formatted(id));
    }

    @Test
    void aPausedJobOfADeadWorkerWaitsToo() {
        var org = jobs.hand.organisation();
        var id = jobs.hand.add(org, "file-1", 0, 0);
        var lease = jobs.queue.claim("w").orElseThrow().lease();
        jobs.pause.pause(jobs.rows.require(org, id));
        jobs.queue.parkPaused();
        assertThat(jobs.hand.column(id, "status")).as("its worker lives").isEqualTo("RUNNING");
        jobs.hand.expire(id);
        assertThat(jobs.queue.claim("other")).isEmpty();
        jobs.queue.parkPaused();
        assertThat(jobs.hand.column(id, "status")).isEqualTo("QUEUED");
        assertThat(jobs.queue.beat(lease)).isEqualTo(JobQueue.Beat.LOST);
        jobs.pause.resume(jobs.rows.require(org, id));
        assertThat(jobs.queue.claim("other")).isPresent();
    }

    @Test
    void successIsOneCommitWithItsEventAndListener() {
        var id = jobs.hand.add(jobs.hand.organisation(), "file-1", 0, 0);
        var lease = jobs.queue.claim("w").orElseThrow().lease();
        assertThatThrownBy(() -> jobs.ending.succeed(lease, QueuedJobs.outcome(), () -> {
                    throw new IllegalStateException("no result file");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(jobs.hand.column(id, "status")).isEqualTo("RUNNING");
        jobs.ending.succeed(lease, QueuedJobs.outcome(), () -> "file-r");
        assertThat(jobs.hand.column(id, "status")).isEqualTo("SUCCEEDED");
        assertThat(jobs.hand.messages(id))
                .containsSubsequence("New fine-tuned model created", "The job has successfully completed");
        assertThat(jobs.published)
                .anyMatch(event -> ((JobSucceeded) event).jobId().equals(id));
    }

    @Test
    void theDatabaseItselfRefusesIllegalTransitions() {
        var id = jobs.hand.add(jobs.hand.organisation(), "file-1", 0, 0);
        jobs.ending.cancel(id);
        for (var status : List.of("QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "VALIDATING_FILES")) {
            assertThatThrownBy(() -> jobs.jdbc
                            .sql("update job set status = :status where id = :id")
                            .param("status", status)
                            .param("id", id)
                            .update())
                    .as("cancelled to %s", status)
                    .isInstanceOf(DataAccessException.class);
        }
    }

    private List<String> claims(int count) {
        var ids = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            ids.add(jobs.queue.claim("w").orElseThrow().lease().jobId());
        }
        return ids;
    }

    private Map<String, Object> snapshot(String id) {
        var all = new HashMap<String, Object>();
        for (var table : List.of(
                "job where id", "job_event where job_id", "job_metric where job_id", "job_checkpoint where job_id")) {
            all.put(
                    table,
                    jobs.jdbc
                            .sql("select to_jsonb(t)::text from " + table.replace(" where", " t where")
                                    + " = :id order by 1")
                            .param("id", id)
                            .query(String.class)
                            .list());
        }
        return all;
    }
}
