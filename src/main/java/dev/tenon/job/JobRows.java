package dev.tenon.job;

import dev.tenon.core.Cursor;
import dev.tenon.core.Page;
import dev.tenon.core.Problem;
import dev.tenon.training.Hyperparameters;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads the job table. */
@Component
class JobRows {
    /**
     * The end is guessed from the smoothed time a step; the database's clock starts it. A running job that was told to
     * pause is {@code pausing} until its worker has let go of it.
     */
    private static final String VIEW = """
            select job.*, case when status = 'RUNNING' and step > 0 and total_steps > step
                then now() + (total_steps - step) * step_millis * interval '1 millisecond' end as estimated_finish,
                case when status = 'RUNNING' and paused then 'pausing' else phase end as shown_phase
            from job
            """;

    private final JdbcClient jdbc;
    private final JobJson json;
    private final JobCheckpoints checkpoints;

    JobRows(JdbcClient jdbc, JobJson json, JobCheckpoints checkpoints) {
        this.jdbc = jdbc;
        this.json = json;
        this.checkpoints = checkpoints;
    }

    JobView require(String orgId, String id) {
        return find(orgId, id)
                .orElseThrow(() -> Problem.notFound(
                        "fine_tuning_job_id", "not_found", "No fine-tuning job with the id '%s'.".formatted(id)));
    }

    Optional<JobView> find(String orgId, String id) {
        return jdbc.sql(VIEW + " where id = :id and org_id = :org")
                .param("id", id)
                .param("org", orgId)
                .query(this::view)
                .optional();
    }

    Optional<ModelInMaking> modelInMaking(String orgId, String name) {
        return jdbc.sql("""
                        select target_model, id, status from job
                        where org_id = :org and (target_model = :name or adapter_name = :name)
                        order by created_at desc limit 1
                        """)
                .param("org", orgId)
                .param("name", name)
                .query((row, number) -> new ModelInMaking(
                        row.getString("target_model"), row.getString("id"), JobStatus.valueOf(row.getString("status"))))
                .optional();
    }

    List<String> unfinishedFrom(String orgId, List<String> versionIds) {
        return jdbc.sql("""
                        select id from job where org_id = :org and status in (:unfinished)
                            and (initial_version_id in (:versions) or exists (
                                select 1 from jsonb_array_elements(sources) source
                                where source ->> 'version' in (:versions)))
                        order by created_at, id limit 10
                        """)
                .param("org", orgId)
                .param("unfinished", JobStatus.before(JobStatus.CANCELLED))
                .param("versions", versionIds)
                .query((row, number) -> row.getString("id"))
                .list();
    }

    Page<JobView> page(String orgId, Cursor cursor, @Nullable Map<String, String> metadata) {
        boolean ascending = cursor.order() == Cursor.Order.ASC;
        var filter = metadata == null
                ? ""
                : metadata.isEmpty() ? "and metadata = '{}'" : "and metadata @> cast(:meta as jsonb)";
        var query = jdbc.sql(VIEW
                        + """
                        where org_id = :org %s and (cast(:after as text) is null or (created_at, id) %s
                            (select created_at, id from job where id = :after and org_id = :org))
                        order by created_at %s, id %s limit :rows
                        """.formatted(
                                filter, ascending ? ">" : "<", ascending ? "asc" : "desc", ascending ? "asc" : "desc"))
                .param("org", orgId)
                .param("after", cursor.after())
                .param("rows", cursor.limit() + 1);
        if (metadata != null && !metadata.isEmpty()) {
            query = query.param("meta", json.write(metadata));
        }
        return Page.of(query.query(this::view).list(), cursor.limit());
    }

    Optional<JobStatus> status(String id) {
        return jdbc.sql("select status from job where id = :id")
                .param("id", id)
                .query(String.class)
                .optional()
                .map(JobStatus::valueOf);
    }

    String targetModel(String id) {
        return jdbc.sql("select target_model from job where id = :id")
                .param("id", id)
                .query(String.class)
                .single();
    }

    JobSucceeded succeeded(String id, JobOutcome outcome) {
        return jdbc.sql("select * from job where id = :id")
                .param("id", id)
                .query((row, number) -> new JobSucceeded(
                        id,
                        row.getString("org_id"),
                        row.getString("adapter_name"),
                        row.getString("target_model"),
                        row.getString("base_model"),
                        row.getString("base_digest"),
                        row.getString("method_id"),
                        json.object(row.getString("adapter")),
                        outcome.folderDigest(),
                        outcome.bytes(),
                        outcome.lineage(),
                        outcome.proof()))
                .single();
    }

    ClaimedJob claimed(ResultSet row, int number) throws SQLException {
        var id = row.getString("id");
        return new ClaimedJob(
                new JobLease(id, row.getString("lease_owner"), row.getLong("lease_epoch")),
                row.getString("org_id"),
                row.getInt("attempts"),
                row.getString("base_model"),
                row.getString("base_digest"),
                row.getString("initial_version_id"),
                row.getString("training_file"),
                row.getString("training_digest"),
                row.getString("validation_file"),
                row.getString("validation_digest"),
                row.getString("method_id"),
                json.object(row.getString("adapter")),
                json.read(row.getString("hyperparameters"), Hyperparameters.class),
                row.getString("target_model"),
                row.getString("adapter_name"),
                List.of(json.read(row.getString("sources"), JobSource[].class)),
                checkpoints.newest(id).orElse(null),
                row.getString("result") == null
                        ? null
                        : new ClaimedJob.Produced(
                                row.getString("folder_digest"),
                                row.getLong("folder_bytes"),
                                json.object(row.getString("result"))));
    }

    CreateJob request(String id) {
        return jdbc.sql("select * from job where id = :id")
                .param("id", id)
                .query((row, number) -> {
                    var requested = json.object(row.getString("requested"));
                    var suffix = row.getString("suffix");
                    return new CreateJob(
                            row.getString("model"),
                            row.getString("training_file"),
                            row.getString("validation_file"),
                            suffix.isEmpty() ? null : suffix,
                            row.getLong("seed"),
                            json.strings(row.getString("metadata")),
                            // whoever goes on from an adapter has its settings
                            row.getString("initial_version_id") == null
                                    ? json.object(row.getString("adapter"))
                                    : Map.of(),
                            whole(requested.get("n_epochs")),
                            whole(requested.get("batch_size")),
                            real(requested.get("learning_rate_multiplier")),
                            real(requested.get("head_learning_rate")),
                            json.nullableObject(row.getString("raw_method")));
                })
                .single();
    }

    /** Null for {@code auto}. */
    private static @Nullable Integer whole(@Nullable Object requested) {
        return requested instanceof Number number ? number.intValue() : null;
    }

    private static @Nullable Double real(@Nullable Object requested) {
        return requested instanceof Number number ? number.doubleValue() : null;
    }

    private JobView view(ResultSet row, int number) throws SQLException {
        var status = JobStatus.valueOf(row.getString("status"));
        var requested = json.object(row.getString("requested"));
        var chosen = json.read(row.getString("hyperparameters"), Hyperparameters.class);
        var error = row.getString("error_code") == null
                ? null
                : new JobError(
                        row.getString("error_code"), row.getString("error_message"), row.getString("error_param"));
        var result = row.getString("result_file");
        long tokens = row.getLong("trained_tokens");
        Long trainedTokens = row.wasNull() ? null : Long.valueOf(tokens);
        return new JobView(
                row.getString("id"),
                row.getString("org_id"),
                Objects.requireNonNull(time(row, "created_at")),
                error,
                status == JobStatus.SUCCEEDED ? row.getString("target_model") : null,
                time(row, "finished_at"),
                time(row, "started_at"),
                new HyperparametersView(
                        chosen.epochs(),
                        chosen.batchSize(),
                        requested.getOrDefault("learning_rate_multiplier", "auto"),
                        chosen.headLearningRate()),
                row.getString("model"),
                result == null ? List.of() : List.of(result),
                row.getLong("seed"),
                status,
                trainedTokens,
                row.getString("training_file"),
                row.getString("validation_file"),
                time(row, "estimated_finish"),
                json.strings(row.getString("metadata")),
                row.getString("suffix"),
                json.object(row.getString("adapter")),
                row.getString("method_id"),
                row.getInt("step"),
                row.getInt("total_steps"),
                row.getString("shown_phase"),
                json.nullableObject(row.getString("raw_method")));
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
