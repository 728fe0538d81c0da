package dev.tenon.job;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The six states of a job on the wire, and the only ways between them. */
public enum JobStatus {
    VALIDATING_FILES,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /** The word that OpenAI clients know. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The states that may follow this one; a finished job has none. */
    public Set<JobStatus> next() {
        return switch (this) {
            case VALIDATING_FILES -> EnumSet.of(QUEUED, FAILED, CANCELLED);
            case QUEUED -> EnumSet.of(RUNNING, FAILED, CANCELLED);
            // back to QUEUED: a drained or killed worker gives the job to the next one
            case RUNNING -> EnumSet.of(QUEUED, SUCCEEDED, FAILED, CANCELLED);
            case SUCCEEDED, FAILED, CANCELLED -> EnumSet.noneOf(JobStatus.class);
        };
    }

    public boolean finished() {
        return next().isEmpty();
    }

    /** The states from which {@code target} may be reached: the guard of every update. */
    public static List<String> before(JobStatus target) {
        return Arrays.stream(values())
                .filter(status -> status.next().contains(target))
                .map(Enum::name)
                .toList();
    }
}
