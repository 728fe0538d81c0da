package dev.tenon.worker;

import dev.tenon.job.JobError;

/** How a run of a job on this worker ended, and so what is to be written about it. */
sealed interface RunEnd {

    /** The job is done; its end is already written. */
    record Succeeded() implements RunEnd {}

    /** The job itself cannot be done. */
    record Failed(JobError error) implements RunEnd {}

    /** The run broke off through no fault that is known to be the job's: another attempt may do better. */
    record Interrupted(String message) implements RunEnd {}

    /** The job is given back after one more checkpoint, for this reason; the attempt does not count. */
    record Drained(String reason) implements RunEnd {}

    /** The owner has cancelled the job. */
    record Cancelled() implements RunEnd {}

    /** The lease is gone: whatever this worker knows of the job no longer counts. */
    record LeaseLost() implements RunEnd {}
}
