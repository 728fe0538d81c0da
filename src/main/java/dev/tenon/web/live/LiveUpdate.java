package dev.tenon.web.live;

import dev.tenon.job.JobEventView;
import dev.tenon.job.JobView;
import dev.tenon.job.MetricSeries;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a job found new.
 *
 * @param rewind set when the job fell back to this step (it resumed from a checkpoint): later points are void
 */
record LiveUpdate(
        JobView job,
        @Nullable Integer rewind,
        List<MetricSeries.StepPoint> steps,
        List<MetricSeries.EvaluationPoint> evaluations,
        List<JobEventView> events) {

    boolean last() {
        return job.status().finished();
    }
}
