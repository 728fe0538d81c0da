package dev.tenon.worker;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.job.ClaimedJob;
import dev.tenon.job.JobEnding;
import dev.tenon.job.JobQueue;
import dev.tenon.job.StaleLease;
import dev.tenon.job.WorkerNodes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import tools.jackson.databind.json.JsonMapper;

/** Claims a job whenever it has a free slot, runs it, and writes its end. */
@Component
@OnRole(Role.WORKER)
class Worker implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration ANNOUNCE = Duration.ofSeconds(10);
    private static final String SHUTDOWN = "The worker shuts down; the job goes back to the queue";
    private static final Duration DRAIN = Duration.ofSeconds(30);

    private final WorkerSettings settings;
    private final JobQueue queue;
    private final JobEnding ending;
    private final WorkerNodes nodes;
    private final FlowRunner flow;
    private final Runs runs;
    private final JsonMapper mapper;
    private final Semaphore slots;
    private final DeviceMemory memory = new DeviceMemory();
    /** The one thread that may claim; another that finds itself here no more ends. Null while stopped. */
    private volatile @Nullable Thread claiming;

    Worker(
            WorkerSettings settings,
            JobQueue queue,
            JobEnding ending,
            WorkerNodes nodes,
            FlowRunner flow,
            Runs runs,
            JsonMapper mapper) {
        this.settings = settings;
        this.queue = queue;
        this.ending = ending;
        this.nodes = nodes;
        this.flow = flow;
        this.runs = runs;
        this.mapper = mapper;
        this.slots = new Semaphore(settings.slots());
    }

    @Override
    public void start() {
        var thread = Thread.ofPlatform().name("claim").daemon().unstarted(this::claim);
        claiming = thread;
        thread.start();
    }

    private void claim() {
        long announced = System.nanoTime() - ANNOUNCE.toNanos();
        while (claiming == Thread.currentThread()) {
            boolean free = false;
            try {
                if (System.nanoTime() - announced >= ANNOUNCE.toNanos()) {
                    nodes.announce(
                            settings.id(), settings.device(), memory.perSlot(settings.device(), settings.slots()));
                    announced = System.nanoTime();
                }
                queue.failPoisoned();
                queue.parkPaused();
                free = slots.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
                var job = free && isRunning() ? queue.claim(settings.id()) : Optional.<ClaimedJob>empty();
                if (job.isPresent()) {
                    Thread.ofPlatform().name("run-" + job.get().lease().jobId()).start(() -> work(job.get()));
                    free = false;
                } else if (free) {
                    Thread.sleep(POLL);
                }
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException away) {
                // whatever it is, a worker that no longer claims would be worse
                if (isRunning()) {
                    LOG.warn("The queue cannot be read: {}", away.toString());
                    sleep();
                }
            } finally {
                if (free) {
                    slots.release();
                }
            }
        }
    }

    private void work(ClaimedJob job) {
        try {
            run(job);
        } catch (RuntimeException e) {
            LOG.error(
                    "The end of {} could not be written; its lease will run out",
                    job.lease().jobId(),
                    e);
        } finally {
            slots.release();
        }
    }

    private void run(ClaimedJob job) {
        var folder = JobFolder.create(
                settings.work(), job.lease().jobId(), job.lease().epoch());
        var run = new JobRun(job, folder, mapper);
        runs.add(run);
        LOG.info(
                "Running {} (attempt {}, epoch {})",
                job.lease().jobId(),
                job.attempt(),
                job.lease().epoch());
        // the last thing to stop: while the end is being written, nobody else may take the job
        try (var keeper = new LeaseKeeper(queue, run)) {
            if (!isRunning()) {
                run.stop(new RunEnd.Drained(SHUTDOWN));
            }
            var end = flow.run(run);
            LOG.info("{} ended here: {}", job.lease().jobId(), end);
            close(run, end);
        } catch (StaleLease stale) {
            LOG.info("{}", stale.getMessage());
        } finally {
            runs.remove(run);
            folder.delete();
        }
    }

    private void close(JobRun run, RunEnd end) {
        switch (end) {
            case RunEnd.Succeeded succeeded -> {}
            case RunEnd.Cancelled cancelled -> {}
            case RunEnd.LeaseLost lost -> {}
            case RunEnd.Failed failed -> ending.fail(run.lease(), failed.error());
            case RunEnd.Interrupted interrupted -> queue.retry(run.lease(), interrupted.message());
            case RunEnd.Drained drained -> queue.release(run.lease(), drained.reason());
        }
    }

    /** Gives every job back; afterwards the worker may be started again. */
    @Override
    public void stop() {
        var thread = claiming;
        claiming = null;
        runs.all().forEach(run -> run.stop(new RunEnd.Drained(SHUTDOWN)));
        try {
            if (thread != null) {
                thread.interrupt();
                thread.join(DRAIN);
            }
            if (slots.tryAcquire(settings.slots(), DRAIN.toMillis(), TimeUnit.MILLISECONDS)) {
                slots.release(settings.slots());
            } else {
                LOG.warn("A run did not end in time; its lease will run out");
            }
            nodes.leave(settings.id());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (DataAccessException | TransactionException e) {
            LOG.debug("Could not sign off", e);
        }
    }

    @Override
    public boolean isRunning() {
        return claiming != null;
    }

    private static void sleep() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
