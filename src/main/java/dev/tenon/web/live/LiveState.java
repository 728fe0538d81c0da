package dev.tenon.web.live;

import dev.tenon.job.JobEventView;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The state of a job as the page's script reads it. */
record LiveState(
        String status,
        String phase,
        int step,
        int totalSteps,
        @Nullable Long secondsLeft,
        @Nullable String error) {

    static LiveState of(LiveUpdate update) {
        var job = update.job();
        var finish = job.estimatedFinish();
        return new LiveState(
                job.status().wire(),
                job.phase(),
                job.step(),
                job.totalSteps(),
                finish == null || job.status().finished()
                        ? null
                        : Math.max(0, Duration.between(Instant.now(), finish).toSeconds()),
                job.error() == null ? null : job.error().message());
    }

    /** One line of the log. */
    record Line(long sequence, String at, String level, String message) {
        static Line of(JobEventView event) {
            return new Line(event.sequence(), event.createdAt().toString(), event.level(), event.message());
        }
    }
}
