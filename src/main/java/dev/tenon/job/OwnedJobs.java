package dev.tenon.job;

import dev.tenon.core.Cursor;
import dev.tenon.core.Page;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Jobs through the eyes of the organisation that owns them. */
@Component
class OwnedJobs implements JobApi {
    private final JobPlanning planning;
    private final JobEstimates estimates;
    private final JobCreation creation;
    private final JobRows rows;
    private final JobEnding ending;
    private final JobPause pause;
    private final JobEvents events;
    private final JobCheckpoints checkpoints;
    private final JobCurves curves;
    private final JobQueue queue;

    OwnedJobs(
            JobPlanning planning,
            JobEstimates estimates,
            JobCreation creation,
            JobRows rows,
            JobEnding ending,
            JobPause pause,
            JobEvents events,
            JobCheckpoints checkpoints,
            JobCurves curves,
            JobQueue queue) {
        this.planning = planning;
        this.estimates = estimates;
        this.creation = creation;
        this.rows = rows;
        this.ending = ending;
        this.pause = pause;
        this.events = events;
        this.checkpoints = checkpoints;
        this.curves = curves;
        this.queue = queue;
    }

    @Override
    public JobView create(Tenant tenant, CreateJob request) {
        var plan = planning.plan(tenant, request);
        var estimate = estimates.of(tenant, plan);
        if (!estimate.fits()) {
            throw Problem.invalid("model", "insufficient_memory", estimate.explanation())
                    .with("memory_bytes", estimate.memoryBytes())
                    .with("memory_available_bytes", estimate.memoryAvailable());
        }
        return rows.require(tenant.orgId(), creation.store(tenant, plan, estimate));
    }

    @Override
    public JobEstimate estimate(Tenant tenant, CreateJob request) {
        return estimates.of(tenant, planning.plan(tenant, request));
    }

    @Override
    public JobView get(Tenant tenant, String id) {
        return rows.require(tenant.orgId(), id);
    }

    @Override
    public CreateJob request(Tenant tenant, String id) {
        return rows.request(rows.require(tenant.orgId(), id).id());
    }

    @Override
    public Page<JobView> list(Tenant tenant, Cursor cursor, @Nullable Map<String, String> metadata) {
        var after = cursor.after();
        if (after != null && rows.find(tenant.orgId(), after).isEmpty()) {
            throw Problem.invalid("after", "invalid_cursor", "'after' names no job of yours: '%s'.".formatted(after));
        }
        return rows.page(tenant.orgId(), cursor, metadata);
    }

    @Override
    public JobView cancel(Tenant tenant, String id) {
        var job = rows.require(tenant.orgId(), id);
        if (!ending.cancel(id)) {
            throw Problem.invalid(
                    "fine_tuning_job_id",
                    "invalid_job_state",
                    "Job '%s' cannot be cancelled: its status is '%s'."
                            .formatted(
                                    id,
                                    rows.require(tenant.orgId(), id).status().wire()));
        }
        return rows.require(tenant.orgId(), job.id());
    }

    @Override
    public JobView pause(Tenant tenant, String id) {
        pause.pause(rows.require(tenant.orgId(), id));
        return rows.require(tenant.orgId(), id);
    }

    @Override
    public JobView resume(Tenant tenant, String id) {
        pause.resume(rows.require(tenant.orgId(), id));
        return rows.require(tenant.orgId(), id);
    }

    @Override
    public Page<JobEventView> events(Tenant tenant, String id, Cursor cursor) {
        return events.page(rows.require(tenant.orgId(), id).id(), cursor);
    }

    @Override
    public List<JobEventView> eventsAfter(Tenant tenant, String id, long sequence, int limit) {
        return events.after(rows.require(tenant.orgId(), id).id(), sequence, Math.clamp(limit, 1, 1000));
    }

    @Override
    public Page<CheckpointView> checkpoints(Tenant tenant, String id, Cursor cursor) {
        return checkpoints.page(rows.require(tenant.orgId(), id).id(), cursor);
    }

    @Override
    public MetricSeries metrics(Tenant tenant, String id, int afterStep) {
        return curves.series(rows.require(tenant.orgId(), id).id(), afterStep);
    }

    @Override
    public QueueView queue(Tenant tenant) {
        return queue.view(tenant.orgId());
    }

    @Override
    public Optional<ModelInMaking> modelInMaking(Tenant tenant, String modelName) {
        return rows.modelInMaking(tenant.orgId(), modelName);
    }

    @Override
    public List<String> unfinishedFrom(Tenant tenant, List<String> versionIds) {
        return rows.unfinishedFrom(tenant.orgId(), versionIds);
    }

    @Override
    public Optional<CheckpointModel> checkpointModel(Tenant tenant, String modelName) {
        return checkpoints.model(tenant.orgId(), modelName);
    }

    @Override
    public Optional<CheckpointModel> checkpointModelById(String checkpointId) {
        return checkpoints.modelById(checkpointId);
    }
}
