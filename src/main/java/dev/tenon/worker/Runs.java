package dev.tenon.worker;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** The runs of this worker; a job that it has lost and claimed again may have two for a moment. */
@Component
class Runs {
    private final Set<JobRun> runs = ConcurrentHashMap.newKeySet();

    void add(JobRun run) {
        runs.add(run);
    }

    void remove(JobRun run) {
        runs.remove(run);
    }

    Collection<JobRun> all() {
        return List.copyOf(runs);
    }
}
