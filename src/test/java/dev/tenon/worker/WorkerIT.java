package dev.tenon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import dev.tenon.TenonContext;
import dev.tenon.identity.Tenant;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobQueue;
import dev.tenon.job.TestJobs;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import tools.jackson.databind.json.JsonMapper;

/** Promises of a worker, with a child that only speaks the protocol: every end of a child is the right end of its job. */
@SpringBootTest(
        classes = WorkerTestConfiguration.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {
            "tenon.role=worker",
            "tenon.device=cpu",
            "tenon.worker.child-main=dev.tenon.worker.ScriptedChild",
            "tenon.worker.child-heap=64m"
        })
@ContextConfiguration(initializers = TenonContext.class)
class WorkerIT {
    private static final Duration LONG = Duration.ofSeconds(180);

    @Autowired
    JdbcClient jdbc;

    @Autowired
    Runs runs;

    @Autowired
    Worker worker;

    @Autowired
    FlowHistory history;

    @Autowired
    JobRepository repository;

    @Autowired
    JobQueue queue;

    @Autowired
    JobApi owned;

    @Autowired
    Job flow;

    @Autowired
    WorkerSettings settings;

    @Autowired
    JsonMapper mapper;

    TestJobs jobs;

    @BeforeEach
    void hand() {
        jobs = new TestJobs(jdbc);
    }

    @Test
    void runsAJobToASucceededVersion() {
        var id = run("");
        finished(id, "SUCCEEDED");
        assertThat(jobs.messages(id))
                .containsSubsequence(
                        "Fine-tuning job started",
                        "Checkpoint created at step 5",
                        "New fine-tuned model created",
                        "The job has successfully completed");
        assertThat(jobs.count("adapter_version where job_id = '" + id + "'")).isEqualTo(1);
        assertThat(jobs.count("job_metric where kind = 'step' and job_id = '" + id + "'"))
                .isEqualTo(40);
        assertThat(WorkerTestConfiguration.RESULTS
                        .get(jobs.column(id, "result_file"))
                        .lines())
                .hasSize(41)
                .first()
                .isEqualTo("step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy");
    }

    @Test
    void aKilledChildResumesAndEndsWhereAnUndisturbedOneDoes() {
        var undisturbed = run("");
        finished(undisturbed, "SUCCEEDED");
        var killed = run("crash-once-at 23");
        finished(killed, "SUCCEEDED");
        assertThat(jobs.messages(killed)).contains("Fine-tuning job resumes from the checkpoint at step 20");
        assertThat(jobs.messages(killed)).anyMatch(message -> message.contains("ended by signal 9 during the train"));
        assertThat(jobs.losses(killed)).isEqualTo(jobs.losses(undisturbed));
        assertThat(jobs.column(killed, "folder_digest")).isEqualTo(jobs.column(undisturbed, "folder_digest"));
        assertThat(jobs.count("adapter_version where job_id = '" + killed + "'"))
                .isEqualTo(1);
    }

    @Test
    void aChildThatAlwaysDiesEndsAsAFailedJob() {
        var id = run("crash-always");
        finished(id, "FAILED");
        assertThat(jobs.column(id, "error_code")).isEqualTo("worker_lost");
    }

    @Test
    void aFailureThatTheChildNamesIsTheJobsError() {
        var id = run("fail");
        finished(id, "FAILED");
        assertThat(jobs.column(id, "error_code")).isEqualTo("out_of_memory");
        assertThat(jobs.column(id, "error_message")).isEqualTo("Line 3 is longer than the model");
    }

    @Test
    void aChildThatJustEndsIsACrashWithItsLastWords() {
        var id = run("exit 7");
        finished(id, "FAILED");
        assertThat(jobs.column(id, "error_code")).isEqualTo("training_crashed");
        assertThat(jobs.column(id, "error_message")).contains("code 7").contains("a last word on standard error");
    }

    @Test
    void anAdapterWithoutEffectIsNoVersion() {
        var id = run("no-effect");
        finished(id, "FAILED");
        assertThat(jobs.column(id, "error_code")).isEqualTo("adapter_without_effect");
        assertThat(jobs.count("adapter_version where job_id = '" + id + "'")).isZero();
    }

    @Test
    void cancellingReachesTheChild() {
        var id = run("slow");
        await().atMost(LONG).until(() -> jobs.count("job_metric where job_id = '" + id + "'") > 2);
        var pid = runs.all().iterator().next().childPid();
        jobs.cancel(id);
        await().atMost(Duration.ofSeconds(30)).until(() -> ProcessHandle.of(pid).isEmpty());
        assertThat(jobs.column(id, "status")).isEqualTo("CANCELLED");
        await().atMost(LONG).until(() -> runs.all().isEmpty());
    }

    @Test
    void aWorkerThatWasStoppedAndStartedAgainGoesOn() {
        var id = run("slow-at-first");
        await().atMost(LONG).until(() -> jobs.count("job_metric where job_id = '" + id + "'") > 2);
        worker.stop();
        assertThat(worker.isRunning()).isFalse();
        assertThat(jobs.column(id, "status")).isEqualTo("QUEUED");
        assertThat(jobs.count("worker_node")).isZero();
        worker.stop(); // as a shutdown after a pause does
        worker.start();
        finished(id, "SUCCEEDED");
        assertThat(jobs.count("worker_node")).isEqualTo(1);
    }

    @Test
    void aPausedRunWritesACheckpointAndGoesOnWhenItIsResumed() {
        var organisation = jobs.organisation();
        var id = jobs.add(organisation, WorkerTestConfiguration.SCRIPT + "slow-at-first");
        var owner = new Tenant(organisation, "user", Tenant.Access.MEMBER);
        await().atMost(LONG).until(() -> jobs.count("job_metric where job_id = '" + id + "'") > 2);
        owned.pause(owner, id);
        await().atMost(LONG).until(() -> owned.get(owner, id).phase().equals("paused"));
        assertThat(jobs.column(id, "status")).isEqualTo("QUEUED");
        assertThat(jobs.count("job_checkpoint where job_id = '" + id + "'")).isPositive();
        owned.resume(owner, id);
        finished(id, "SUCCEEDED");
        assertThat(jobs.column(id, "lease_epoch")).isEqualTo("2");
    }

    @Test
    void aRunPausedWhileItIsEvaluatedGoesOnWithTheEvaluation() {
        var organisation = jobs.organisation();
        var id = jobs.add(organisation, WorkerTestConfiguration.SCRIPT + "long-evaluation-at-first");
        var owner = new Tenant(organisation, "user", Tenant.Access.MEMBER);
        await().atMost(LONG).until(() -> owned.get(owner, id).phase().equals("evaluate"));
        owned.pause(owner, id);
        await().atMost(LONG).until(() -> owned.get(owner, id).phase().equals("paused"));
        var losses = jobs.losses(id);
        owned.resume(owner, id);
        finished(id, "SUCCEEDED");
        assertThat(jobs.column(id, "lease_epoch")).isEqualTo("2");
        assertThat(jobs.losses(id)).hasSize(40).isEqualTo(losses);
    }

    @Test
    void aJobWhoseBeginningIsGoneFailsAtOnceAndSaysSo() {
        worker.stop();
        var id = run("");
        jdbc.sql("update job set initial_version_id = 'adapterver_gone' where id = :id")
                .param("id", id)
                .update();
        worker.start();
        finished(id, "FAILED");
        assertThat(jobs.column(id, "error_code")).isEqualTo("model_not_found");
        assertThat(jobs.column(id, "error_param")).isEqualTo("model");
        assertThat(jobs.column(id, "lease_epoch")).isEqualTo("1");
    }

    @Test
    void aFlowWhoseEndNobodyCouldWriteGoesOn() {
        worker.stop();
        var id = run("");
        var lost = history.next(id);
        var step = repository.createStepExecution("train", lost);
        step.setStatus(BatchStatus.UNKNOWN);
        repository.update(step);
        lost.setStatus(BatchStatus.UNKNOWN);
        repository.update(lost);
        worker.start();
        finished(id, "SUCCEEDED");
        assertThat(repository.getJobExecution(lost.getId()).getStatus()).isEqualTo(BatchStatus.FAILED);
        assertThat(repository.getStepExecution(step.getId()).getStatus()).isEqualTo(BatchStatus.FAILED);
    }

    @Test
    void theLastWordsOfALostRunDoNotStopTheNewOne() {
        worker.stop();
        var id = run("");
        var lost = history.next(id);
        var step = repository.createStepExecution("prepare", lost);
        var disturbed = mock(JobRepository.class, delegatesTo(repository));
        doAnswer(call -> {
                    var read = repository.getJobExecutions(lost.getJobInstance());
                    step.setStatus(BatchStatus.STOPPED);
                    repository.update(step);
                    return read;
                })
                .doAnswer(call -> repository.getJobExecutions(lost.getJobInstance()))
                .when(disturbed)
                .getJobExecutions(any());
        var claimed = queue.claim("other").orElseThrow();
        var run = new JobRun(claimed, JobFolder.create(settings.work(), id, 1), mapper);
        var end = new FlowRunner(flow, queue, new FlowHistory(disturbed)).run(run);
        assertThat(end).isEqualTo(new RunEnd.Succeeded());
        verify(disturbed, times(2)).getJobExecutions(any());
        var late = new JobRun(claimed, run.folder(), mapper);
        assertThat(new FlowRunner(flow, queue, history).run(late)).isEqualTo(new RunEnd.LeaseLost());
        worker.start();
    }

    /** A worker that froze in mid-transaction holds the job's row, which no other could claim. */
    @Test
    void noTransactionStaysOpenLongerThanALease() {
        var limit = jdbc.sql(
                        "select extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval)")
                .query(Integer.class)
                .single();
        assertThat(Duration.ofSeconds(limit)).isPositive().isLessThanOrEqualTo(JobQueue.LEASE);
    }

    @Test
    void theChildKnowsNoCredentials() {
        var id = run("environment");
        finished(id, "FAILED");
        assertThat(jobs.column(id, "error_message"))
                .contains("PATH")
                .doesNotContainIgnoringCase("password")
                .doesNotContain("SPRING_")
                .doesNotContain("PG")
                .doesNotContain("TENON_");
    }

    private String run(String script) {
        return jobs.add(jobs.organisation(), WorkerTestConfiguration.SCRIPT + script);
    }

    private void finished(String id, String status) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(jobs.finished(id))
                        .as(() -> "%s is %s with %s".formatted(id, jobs.column(id, "status"), jobs.messages(id)))
                        .isTrue());
        assertThat(jobs.column(id, "status"))
                .as("%s: %s", id, jobs.messages(id))
                .isEqualTo(status);
    }
}
