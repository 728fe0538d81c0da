package dev.tenon.worker;

import org.springframework.batch.core.job.JobInterruptedException;

/** Ends a step because of {@link #end()}; to Spring Batch it is a stop, from which the flow can be restarted. */
final class RunStopped extends JobInterruptedException {
    private final transient RunEnd end;

    RunStopped(RunEnd end) {
        super(end.getClass().getSimpleName());
        this.end = end;
    }

    RunEnd end() {
        return end;
    }
}
