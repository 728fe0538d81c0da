package dev.tenon.job;

import dev.tenon.core.Cursor;
import dev.tenon.core.Page;
import dev.tenon.identity.Tenant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What owners of jobs may do; another tenant's job does not exist (404). */
public interface JobApi {

    /** Checks everything that can be checked now, then stores the job, its settings and its first events in one commit. */
    JobView create(Tenant tenant, CreateJob request);

    JobView get(Tenant tenant, String id);

    /** What a job was asked for, so that the same can be asked again; its seed is the one that it had. */
    CreateJob request(Tenant tenant, String id);

    /** Newest first; {@code metadata} null means all, an empty map means "jobs without metadata". */
    Page<JobView> list(Tenant tenant, Cursor cursor, @Nullable Map<String, String> metadata);

    /** Ends the job now; its worker lets go of the device within seconds. A finished job is refused with 400. */
    JobView cancel(Tenant tenant, String id);

    /** Lets the job wait, a running one after a checkpoint; it stays {@code queued} until it is resumed or cancelled. */
    JobView pause(Tenant tenant, String id);

    JobView resume(Tenant tenant, String id);

    Page<JobEventView> events(Tenant tenant, String id, Cursor cursor);

    /** The events after {@code sequence}, oldest first: for live views that catch up. */
    List<JobEventView> eventsAfter(Tenant tenant, String id, long sequence, int limit);

    Page<CheckpointView> checkpoints(Tenant tenant, String id, Cursor cursor);

    MetricSeries metrics(Tenant tenant, String id, int afterStep);

    JobEstimate estimate(Tenant tenant, CreateJob request);

    QueueView queue(Tenant tenant);

    /** The job that will make (or failed to make) the model of this name or suffix, the newest first. */
    Optional<ModelInMaking> modelInMaking(Tenant tenant, String modelName);

    /** The jobs that have not ended and go on from one of these versions or make another of them; the oldest few. */
    List<String> unfinishedFrom(Tenant tenant, List<String> versionIds);

    /** A checkpoint by its model name {@code ft:…:ckpt-step-N}. */
    Optional<CheckpointModel> checkpointModel(Tenant tenant, String modelName);

    /** The same by checkpoint id, for callers that have resolved it for a tenant before. */
    Optional<CheckpointModel> checkpointModelById(String checkpointId);
}
