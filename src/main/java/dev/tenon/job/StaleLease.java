package dev.tenon.job;

/** A write was refused because the job has passed on to another worker or has ended: stop at once. */
public final class StaleLease extends RuntimeException {
    public StaleLease(JobLease lease) {
        super("Lease " + lease.epoch() + " of " + lease.jobId() + " is no longer held by " + lease.owner());
    }
}
