package dev.tenon.job;

import dev.tenon.core.Cursor;
import dev.tenon.core.Ids;
import dev.tenon.core.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The log of each job; a number that only grows orders it, since one commit may hold several events. */
@Component
class JobEvents {
    private final JdbcClient jdbc;
    private final JobJson json;

    JobEvents(JdbcClient jdbc, JobJson json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    void info(String jobId, String message) {
        append(jobId, "info", "message", message, null);
    }

    /** Runs in the caller's transaction, whose lock on the job's row makes the sequence gapless. */
    void append(String jobId, String level, String type, String message, @Nullable Map<String, Object> data) {
        jdbc.sql("""
                        with numbered as (
                            update job set event_sequence = event_sequence + 1 where id = :job returning event_sequence)
                        insert into job_event (id, job_id, sequence, level, type, message, data)
                        select :id, :job, event_sequence, :level, :type, :message, cast(:data as jsonb) from numbered
                        """)
                .param("id", Ids.next("ftevent-"))
                .param("job", jobId)
                .param("level", level)
                .param("type", type)
                .param("message", message)
                .param("data", json.writeNullable(data))
                .update();
    }

    Page<JobEventView> page(String jobId, Cursor cursor) {
        boolean ascending = cursor.order() == Cursor.Order.ASC;
        var rows = jdbc.sql("""
                        select * from job_event
                        where job_id = :job and (cast(:after as text) is null or sequence %s
                            (select sequence from job_event where id = :after and job_id = :job))
                        order by sequence %s limit :rows
                        """.formatted(ascending ? ">" : "<", ascending ? "asc" : "desc"))
                .param("job", jobId)
                .param("after", cursor.after())
                .param("rows", cursor.limit() + 1)
                .query(this::view)
                .list();
        return Page.of(rows, cursor.limit());
    }

    List<JobEventView> after(String jobId, long sequence, int limit) {
        return jdbc.sql(
                        "select * from job_event where job_id = :job and sequence > :after order by sequence limit :rows")
                .param("job", jobId)
                .param("after", sequence)
                .param("rows", limit)
                .query(this::view)
                .list();
    }

    private JobEventView view(ResultSet row, int number) throws SQLException {
        return new JobEventView(
                row.getString("id"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getString("level"),
                row.getString("message"),
                row.getString("type"),
                json.nullableObject(row.getString("data")),
                row.getLong("sequence"));
    }
}
