package dev.tenon.web;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.Tenant;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobView;
import dev.tenon.job.MetricSeries.EvaluationPoint;
import dev.tenon.registry.AdapterVersionView;
import dev.tenon.registry.RegistryApi;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Collects how a job ended: its version from the registry and its losses from the curves. */
@Component
@OnRole(Role.WEB)
class JobOutcomes {
    private final JobApi jobs;
    private final RegistryApi registry;

    JobOutcomes(JobApi jobs, RegistryApi registry) {
        this.jobs = jobs;
        this.registry = registry;
    }

    JobOutcome of(Tenant tenant, JobView job) {
        var evaluations = jobs.metrics(tenant, job.id(), -1).evaluations();
        var base = evaluations.stream().filter(EvaluationPoint::base).findFirst();
        var tuned = evaluations.stream()
                .filter(point -> !point.base())
                .min(Comparator.comparing((EvaluationPoint point) -> !point.full())
                        .thenComparing(EvaluationPoint::loss));
        return new JobOutcome(
                version(tenant, job),
                base.map(EvaluationPoint::loss).orElse(null),
                tuned.map(EvaluationPoint::loss).orElse(null),
                base.map(EvaluationPoint::accuracy).orElse(null),
                tuned.map(EvaluationPoint::accuracy).orElse(null));
    }

    /** The registry makes the version just after the job has ended, so that it may be missing for a moment. */
    private @Nullable AdapterVersionView version(Tenant tenant, JobView job) {
        var model = job.fineTunedModel();
        if (model == null) {
            return null;
        }
        try {
            return registry.resolve(tenant, model).version();
        } catch (Problem missing) {
            return null;
        }
    }
}
