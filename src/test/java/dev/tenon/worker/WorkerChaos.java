package dev.tenon.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tenon.TestDatabase;
import dev.tenon.job.TestJobs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Promises 3, 5 and 7: workers that are killed, frozen or stopped in mid-run, and the job that goes on elsewhere. */
class WorkerChaos {
    private static final Duration LONG = Duration.ofSeconds(240);

    @TempDir
    Path folder;

    final List<Process> workers = new ArrayList<>();
    TestDatabase.Access database;
    TestJobs jobs;

    @BeforeEach
    void open() {
        database = TestDatabase.fresh();
        Flyway.configure()
                .dataSource(database.url(), database.migrator(), database.migratorPassword())
                .locations("classpath:db/migration")
                .load()
                .migrate();
        jobs = new TestJobs(
                JdbcClient.create(new DriverManagerDataSource(database.url(), database.user(), database.password())));
    }

    @AfterEach
    void close() throws InterruptedException {
        for (var worker : workers) {
            signal(worker, "CONT");
            worker.destroyForcibly().waitFor();
        }
    }

    @Test
    void aKilledWorkersJobGoesOnElsewhereAndItsOrphanDies() throws Exception {
        var undisturbed = job("");
        var first = worker("first");
        finished(undisturbed);

        var id = job("slow-at-first");
        trainedTo(id, 12);
        var orphan = first.children().toList().getFirst();
        first.destroyForcibly().waitFor();
        worker("second");
        await().atMost(Duration.ofSeconds(30)).until(() -> !orphan.isAlive());
        finished(id);
        assertThat(jobs.messages(id)).contains("Fine-tuning job resumes from the checkpoint at step 10");
        assertThat(jobs.losses(id)).isEqualTo(jobs.losses(undisturbed));
        assertThat(jobs.column(id, "folder_digest")).isEqualTo(jobs.column(undisturbed, "folder_digest"));
        assertThat(jobs.count("adapter_version where job_id = '" + id + "'")).isEqualTo(1);
    }

    @Test
    void aFrozenWorkerChangesNothingWhenItWakes() throws Exception {
        var id = job("slow");
        var frozen = worker("frozen");
        trainedTo(id, 6);
        signal(frozen, "STOP");
        jobs.expire(id);
        worker("other");
        await().atMost(LONG).until(() -> jobs.column(id, "lease_epoch").equals("2"));
        signal(frozen, "CONT");
        finished(id);
        assertThat(jobs.column(id, "lease_epoch")).isEqualTo("2");
        assertThat(jobs.count("adapter_version where job_id = '" + id + "'")).isEqualTo(1);
        assertThat(jobs.messages(id).stream().filter("The job has successfully completed"::equals))
                .hasSize(1);
    }

    @Test
    void aStoppedWorkerWritesACheckpointAndGivesTheJobBackUncounted() throws Exception {
        var id = job("slow-at-first");
        var first = worker("first");
        trainedTo(id, 7);
        first.destroy();
        assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(jobs.column(id, "status")).isEqualTo("QUEUED");
        assertThat(jobs.column(id, "attempts")).isEqualTo("0");
        var steps = jobs.count("job_metric where kind = 'step' and job_id = '" + id + "'");
        assertThat(jobs.count("job_checkpoint where job_id = '" + id + "' and step >= " + (steps - 1)))
                .as("a checkpoint of the last step")
                .isEqualTo(1);
        worker("second");
        finished(id);
    }

    private String job(String script) {
        return jobs.add(jobs.organisation(), WorkerTestConfiguration.SCRIPT + script);
    }

    private Process worker(String name) throws Exception {
        var worker =
                WorkerProcess.start(database, folder.resolve("blobs"), Files.createDirectories(folder.resolve(name)));
        workers.add(worker);
        return worker;
    }

    private void trainedTo(String id, int step) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(Integer.parseInt(jobs.column(id, "step")))
                        .as(() -> seen(id))
                        .isGreaterThanOrEqualTo(step));
    }

    private void finished(String id) {
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(jobs.finished(id)).as(() -> seen(id)).isTrue());
        assertThat(jobs.column(id, "status")).as(() -> seen(id)).isEqualTo("SUCCEEDED");
    }

    private String seen(String id) {
        return "%s is %s with %s".formatted(id, jobs.column(id, "status"), jobs.messages(id));
    }

    private static void signal(Process process, String signal) throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
