package dev.tenon.worker;

import dev.tenon.core.PlainWords;
import dev.tenon.job.ClaimedJob;
import dev.tenon.job.JobError;
import dev.tenon.job.JobLease;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** One attempt of one job on this worker: its folder, its present child, and the reason to stop when there is one. */
final class JobRun {
    /** The run whose flow the present thread executes. */
    static final ScopedValue<JobRun> CURRENT = ScopedValue.newInstance();

    private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);
    private static final int SIGNALLED = 128;

    private final ClaimedJob job;
    private final JobFolder folder;
    private final JsonMapper mapper;
    private final Map<String, Object> result = new LinkedHashMap<>();
    private @Nullable ChildProcess child;
    private @Nullable RunEnd stop;

    JobRun(ClaimedJob job, JobFolder folder, JsonMapper mapper) {
        this.job = job;
        this.folder = folder;
        this.mapper = mapper;
    }

    ClaimedJob job() {
        return job;
    }

    JobLease lease() {
        return job.lease();
    }

    JobFolder folder() {
        return folder;
    }

    /** What the child's {@code result} events have said so far, of all phases. */
    Map<String, Object> result() {
        return result;
    }

    synchronized @Nullable RunEnd stopped() {
        return stop;
    }

    synchronized @Nullable Long childPid() {
        return child == null ? null : child.pid();
    }

    /** Makes the run end for this reason; the first reason counts. */
    synchronized void stop(RunEnd reason) {
        if (stop != null) {
            return;
        }
        stop = reason;
        if (child != null) {
            interrupt(child, reason);
        }
    }

    void check() throws RunStopped {
        var reason = stopped();
        if (reason != null) {
            throw new RunStopped(reason);
        }
    }

    /** Runs one phase in a child process to its end; returns only when it went well. */
    void phase(ProcessBuilder command, String phase, Consumer<ChildEvent> sink) throws RunStopped {
        var failure = new LinkedHashMap<String, String>();
        var process = start(command);
        try {
            int code = process.follow(event -> {
                if (event.kind().equals("failed")) {
                    failure.put("code", event.text("code"));
                    failure.put("message", event.text("message"));
                } else {
                    sink.accept(event);
                }
            });
            check();
            if (code != 0) {
                LOG.info("{} ended with {} in {}: {}", lease().jobId(), code, phase, process.stderr(Integer.MAX_VALUE));
                throw new RunStopped(verdict(phase, code, failure, process));
            }
        } catch (IOException | InterruptedException e) {
            check();
            throw new RunStopped(
                    new RunEnd.Interrupted("The worker lost contact with the training process: " + PlainWords.of(e)));
        } finally {
            process.kill();
            forget();
        }
    }

    private ChildProcess start(ProcessBuilder command) throws RunStopped {
        check();
        ChildProcess process;
        try {
            process = new ChildProcess(command, mapper);
        } catch (IOException e) {
            LOG.error("The training process of {} could not be started", lease().jobId(), e);
            throw new RunStopped(
                    new RunEnd.Interrupted("The training process could not be started: " + PlainWords.of(e)));
        }
        synchronized (this) {
            child = process;
            if (stop != null) {
                interrupt(process, stop);
            }
        }
        return process;
    }

    private synchronized void forget() {
        child = null;
    }

    private static void interrupt(ChildProcess child, RunEnd reason) {
        switch (reason) {
            case RunEnd.Drained drained -> child.stop("drain", Duration.ofSeconds(20));
            case RunEnd.LeaseLost lost -> child.stop("cancel", Duration.ZERO);
            default -> child.stop("cancel", Duration.ofSeconds(3));
        }
    }

    /** A child that names its failure has failed; one that a signal ended may do better next time. */
    private static RunEnd verdict(String phase, int code, Map<String, String> failure, ChildProcess process) {
        var message = failure.get("message");
        if (message != null) {
            return new RunEnd.Failed(new JobError(failure.getOrDefault("code", "training_failed"), message, null));
        }
        if (code > SIGNALLED) {
            return new RunEnd.Interrupted("The training process was ended by signal %d during the %s phase%s"
                    .formatted(code - SIGNALLED, phase, tail(process)));
        }
        return new RunEnd.Failed(new JobError(
                "training_crashed",
                "The training process ended with code %d during the %s phase%s".formatted(code, phase, tail(process)),
                null));
    }

    private static String tail(ChildProcess process) {
        var last = process.stderr(8);
        return last.isBlank() ? "." : "; its last words: " + PlainWords.of(last);
    }
}
