package dev.tenon.web;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.identity.Tenant;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobStatus;
import dev.tenon.job.JobView;
import dev.tenon.job.QueueView;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Makes the rows of job lists. */
@Component
@OnRole(Role.WEB)
class JobListing {
    private final JobApi jobs;
    private final DatasetApi datasets;

    JobListing(JobApi jobs, DatasetApi datasets) {
        this.jobs = jobs;
        this.datasets = datasets;
    }

    List<JobRow> of(Tenant tenant, List<JobView> views) {
        Map<String, Long> positions = jobs.queue(tenant).own().stream()
                .collect(Collectors.toMap(QueueView.Entry::jobId, QueueView.Entry::position, (a, b) -> a));
        var names = new HashMap<String, String>();
        return views.stream()
                .map(job -> new JobRow(
                        job,
                        names.computeIfAbsent(job.trainingFile(), id -> filename(tenant, id)),
                        percent(job),
                        secondsLeft(job),
                        job.status() == JobStatus.QUEUED ? positions.get(job.id()) : null))
                .toList();
    }

    /** The file's name, or its id when it was deleted since. */
    String filename(Tenant tenant, String fileId) {
        try {
            return datasets.get(tenant, fileId).filename();
        } catch (Problem gone) {
            return fileId;
        }
    }

    static int percent(JobView job) {
        if (job.status() == JobStatus.SUCCEEDED) {
            return 100;
        }
        return job.totalSteps() <= 0 ? 0 : (int) Math.min(100, 100L * job.step() / job.totalSteps());
    }

    static @Nullable Long secondsLeft(JobView job) {
        var finish = job.estimatedFinish();
        return finish == null || job.status().finished()
                ? null
                : Math.max(0, Duration.between(Instant.now(), finish).toSeconds());
    }
}
