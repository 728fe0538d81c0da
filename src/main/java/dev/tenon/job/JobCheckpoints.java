package dev.tenon.job;

import dev.tenon.core.Cursor;
import dev.tenon.core.Ids;
import dev.tenon.core.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The recorded checkpoints of jobs; their files lie in the blob store. */
@Component
class JobCheckpoints {
    private static final String MODEL = """
            select c.*, j.adapter_name, j.base_model, j.base_digest, j.method_id, j.adapter
            from job_checkpoint c join job j on j.id = c.job_id
            """;

    private final JdbcClient jdbc;
    private final JobJson json;

    JobCheckpoints(JdbcClient jdbc, JobJson json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** The name under which the checkpoint can be chatted with. */
    String record(JobLease lease, JobCheckpoint checkpoint) {
        return jdbc.sql("""
                        insert into job_checkpoint (id, job_id, org_id, step, lease_epoch, model_name, folder_digest,
                                                    bytes, best, metrics)
                        select :id, j.id, j.org_id, :step, :epoch, j.target_model || ':ckpt-step-' || :step,
                               :digest, :bytes, :best, cast(:metrics as jsonb)
                        from job j where j.id = :job
                        on conflict (job_id, step) do update set lease_epoch = excluded.lease_epoch,
                            folder_digest = excluded.folder_digest, bytes = excluded.bytes, best = excluded.best,
                            metrics = excluded.metrics
                        returning model_name
                        """)
                .param("id", Ids.next("ftckpt_"))
                .param("step", checkpoint.step())
                .param("epoch", lease.epoch())
                .param("digest", checkpoint.folderDigest())
                .param("bytes", checkpoint.bytes())
                .param("best", checkpoint.best())
                .param("metrics", json.write(checkpoint.metrics()))
                .param("job", lease.jobId())
                .query(String.class)
                .single();
    }

    Optional<ClaimedJob.SavedState> newest(String jobId) {
        return jdbc.sql("""
                        select step, folder_digest from job_checkpoint where job_id = :job order by step desc limit 1
                        """)
                .param("job", jobId)
                .query((row, number) -> new ClaimedJob.SavedState(row.getInt("step"), row.getString("folder_digest")))
                .optional();
    }

    Optional<CheckpointModel> model(String orgId, String modelName) {
        return jdbc.sql(MODEL + " where c.org_id = :org and c.model_name = :name")
                .param("org", orgId)
                .param("name", modelName)
                .query(this::model)
                .optional();
    }

    Optional<CheckpointModel> modelById(String id) {
        return jdbc.sql(MODEL + " where c.id = :id")
                .param("id", id)
                .query(this::model)
                .optional();
    }

    private CheckpointModel model(ResultSet row, int number) throws SQLException {
        return new CheckpointModel(
                row.getString("id"),
                row.getString("job_id"),
                row.getString("model_name"),
                row.getString("adapter_name"),
                row.getInt("step"),
                row.getString("base_model"),
                row.getString("base_digest"),
                row.getString("method_id"),
                json.object(row.getString("adapter")),
                row.getString("folder_digest"),
                row.getLong("bytes"),
                json.object(row.getString("metrics")),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    /** Ordered by step, newest first; steps are unique within a job. */
    Page<CheckpointView> page(String jobId, Cursor cursor) {
        boolean ascending = cursor.order() == Cursor.Order.ASC;
        var rows = jdbc.sql("""
                        select * from job_checkpoint
                        where job_id = :job and (cast(:after as text) is null or step %s
                            (select step from job_checkpoint where id = :after and job_id = :job))
                        order by step %s limit :rows
                        """.formatted(ascending ? ">" : "<", ascending ? "asc" : "desc"))
                .param("job", jobId)
                .param("after", cursor.after())
                .param("rows", cursor.limit() + 1)
                .query((row, number) -> new CheckpointView(
                        row.getString("id"),
                        row.getObject("created_at", OffsetDateTime.class).toInstant(),
                        row.getString("job_id"),
                        row.getString("model_name"),
                        row.getInt("step"),
                        json.object(row.getString("metrics"))))
                .list();
        return Page.of(rows, cursor.limit());
    }
}
