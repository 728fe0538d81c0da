package dev.tenon.job;

import java.util.List;

/** The queue as a tenant sees it: all numbers, but only its own jobs; position 1 is claimed next. */
public record QueueView(long running, long queued, List<Entry> own) {

    /** One waiting job of the tenant and how many jobs the queue would start before it, plus one. */
    public record Entry(String jobId, long position) {}
}
