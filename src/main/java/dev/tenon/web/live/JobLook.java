package dev.tenon.web.live;

import dev.tenon.identity.Tenant;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobEventView;
import java.util.ArrayList;
import java.util.List;

/** Reads what is new in a job since a cursor. */
record JobLook(JobApi jobs, Tenant tenant, String jobId) {
    private static final int EVENTS = 500;

    /** All that a watcher at {@code from} lacks; every evaluation comes again, for they may be late and are few. */
    LiveUpdate catchUp(LiveCursor from) {
        return look(from, -1);
    }

    /** What happened since {@code from}, read twice a second: an evaluation belongs to the newest step or the next. */
    LiveUpdate next(LiveCursor from) {
        return look(from, Math.max(-1, from.step() - 1));
    }

    private LiveUpdate look(LiveCursor from, int afterStep) {
        // The job first: when it says "finished", everything that follows is complete.
        var job = jobs.get(tenant, jobId);
        var rewind = job.step() < from.step() ? Integer.valueOf(job.step()) : null;
        int seen = rewind == null ? from.step() : rewind;
        var series = jobs.metrics(tenant, jobId, rewind == null && !job.status().finished() ? afterStep : -1);
        return new LiveUpdate(
                job,
                rewind,
                series.steps().stream().filter(point -> point.step() > seen).toList(),
                series.evaluations(),
                events(from.sequence()));
    }

    private List<JobEventView> events(long after) {
        var all = new ArrayList<JobEventView>();
        List<JobEventView> some;
        do {
            some = jobs.eventsAfter(
                    tenant, jobId, all.isEmpty() ? after : all.getLast().sequence(), EVENTS);
            all.addAll(some);
        } while (some.size() == EVENTS);
        return all;
    }
}
