package dev.tenon.worker;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The runs of this worker by job id: how a step of the flow, which only has parameters, finds its run. */
@Component
class Runs {
    private final Map<String, JobRun> runs = new ConcurrentHashMap<>();

    void add(JobRun run) {
        runs.put(run.lease().jobId(), run);
    }

    void remove(JobRun run) {
        runs.remove(run.lease().jobId(), run);
    }

    JobRun of(String jobId) {
        return Objects.requireNonNull(runs.get(jobId), () -> "No run of " + jobId + " on this worker");
    }

    Collection<JobRun> all() {
        return List.copyOf(runs.values());
    }
}
