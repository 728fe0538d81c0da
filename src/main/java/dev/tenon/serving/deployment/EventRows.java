package dev.tenon.serving.deployment;

import static dev.tenon.serving.deployment.DeploymentRows.instant;

import dev.tenon.identity.Tenant;
import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The changes of state in the database; lines are only added, and go when they are a week old. */
@Component
class EventRows {
    private final JdbcClient jdbc;
    private final JdbcTemplate template;

    EventRows(JdbcClient jdbc, JdbcTemplate template) {
        this.jdbc = jdbc;
        this.template = template;
    }

    void write(String replica, List<EventLog.Line> lines) {
        template.batchUpdate(
                "insert into deployment_event (org_id, replica_id, type, model, message) values (?, ?, ?, ?, ?)",
                lines,
                500,
                (statement, line) -> {
                    statement.setString(1, line.orgId());
                    statement.setString(2, replica);
                    statement.setString(3, line.type());
                    statement.setString(4, line.model());
                    statement.setString(5, line.message());
                });
    }

    /** Newest first, at most {@code limit} of those older than {@code before}; 0 begins with the newest. */
    List<DeploymentEvent> newest(Tenant tenant, long before, int limit) {
        return jdbc.sql("""
                        select * from deployment_event
                        where org_id in (:org, '') and (:before = 0 or sequence < :before)
                        order by sequence desc limit :limit
                        """)
                .param("org", tenant.orgId())
                .param("before", before)
                .param("limit", limit)
                .query((row, number) -> new DeploymentEvent(
                        row.getLong("sequence"),
                        row.getString("type"),
                        row.getString("model"),
                        row.getString("replica_id"),
                        row.getString("message"),
                        instant(row, "created_at")))
                .list();
    }

    void forgetOld() {
        jdbc.sql("delete from deployment_event where created_at < now() - interval '7 days'")
                .update();
    }
}
