package dev.tenon.worker;

import dev.tenon.job.JobQueue;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Sends a run's heartbeats. It stops the run when the job was cancelled or lost, and also, by its own clock, when no
 * heartbeat was confirmed for so long that the lease could soon pass to another worker.
 */
final class LeaseKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final Duration BEAT = Duration.ofSeconds(5);
    private static final Duration FENCE = Duration.ofSeconds(20);

    private final JobQueue queue;
    private final JobRun run;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile long confirmed = System.nanoTime();

    LeaseKeeper(JobQueue queue, JobRun run) {
        this.queue = queue;
        this.run = run;
        // two threads: a heartbeat that hangs in a dead connection must not keep the fence from falling
        Thread.ofVirtual().name("heartbeat").start(() -> every(BEAT, this::beat));
        Thread.ofVirtual().name("fence").start(() -> every(Duration.ofSeconds(1), this::watch));
    }

    private void beat() {
        long asked = System.nanoTime();
        try {
            switch (queue.beat(run.lease())) {
                case KEPT -> confirmed = asked;
                case CANCELLED -> run.stop(new RunEnd.Cancelled());
                case LOST -> run.stop(new RunEnd.LeaseLost());
            }
        } catch (DataAccessException | TransactionException e) {
            LOG.warn("Heartbeat of {} was not confirmed: {}", run.lease().jobId(), e.getMessage());
        }
    }

    private void watch() {
        if (System.nanoTime() - confirmed > FENCE.toNanos()) {
            LOG.warn(
                    "No heartbeat of {} was confirmed for {}: stopping it",
                    run.lease().jobId(),
                    FENCE);
            run.stop(new RunEnd.LeaseLost());
        }
    }

    private void every(Duration pause, Runnable task) {
        try {
            do {
                task.run();
            } while (!closed.await(pause.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Not by an interrupt: that would break the database connection of a heartbeat that is on its way. */
    @Override
    public void close() {
        closed.countDown();
    }
}
