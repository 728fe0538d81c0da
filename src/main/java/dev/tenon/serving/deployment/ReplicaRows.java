package dev.tenon.serving.deployment;

import static dev.tenon.serving.deployment.DeploymentRows.instant;

import dev.tenon.identity.Tenant;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What serve replicas say of themselves; whoever falls silent is counted no more, by the database's clock. */
@Component
class ReplicaRows {
    private final JdbcClient jdbc;
    private final JdbcTemplate template;
    private final DeploymentSettings settings;

    ReplicaRows(JdbcClient jdbc, JdbcTemplate template, DeploymentSettings settings) {
        this.jdbc = jdbc;
        this.template = template;
        this.settings = settings;
    }

    /** A heartbeat; true when the database knew nothing of this replica, so that all must be told anew. */
    boolean beat(String id, String host, Holdings.Room room) {
        return jdbc.sql("""
                        insert into serve_replica (id, host, device, adapter_bytes, encoder_adapter_bytes, adapter_budget)
                        values (:id, :host, :device, :used, :encoders, :budget)
                        on conflict (id) do update set beat_at = now(), device = excluded.device,
                            adapter_bytes = excluded.adapter_bytes,
                            encoder_adapter_bytes = excluded.encoder_adapter_bytes,
                            adapter_budget = excluded.adapter_budget
                        returning (xmax = 0) as fresh
                        """)
                .param("id", id)
                .param("host", host)
                .param("device", room.device())
                .param("used", room.used())
                .param("encoders", room.encodersUsed())
                .param("budget", room.budget())
                .query(Boolean.class)
                .single();
    }

    void put(String replica, Collection<Residence> residences) {
        template.batchUpdate("""
                insert into serve_resident (replica_id, org_id, kind, digest, name, base_model, state, reason, bytes,
                    active_requests, pinned, by_heat, batching, since)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (replica_id, org_id, kind, digest, name) do update
                    set base_model = excluded.base_model, state = excluded.state,
                        reason = excluded.reason, bytes = excluded.bytes,
                        active_requests = excluded.active_requests, pinned = excluded.pinned,
                        by_heat = excluded.by_heat, batching = excluded.batching,
                        since = excluded.since
                """, residences, 500, (statement, it) -> {
            statement.setString(1, replica);
            statement.setString(2, it.orgId());
            statement.setString(3, it.kind().wire());
            statement.setString(4, it.digest());
            statement.setString(5, it.name());
            statement.setString(6, it.baseModel());
            statement.setString(7, it.state().wire());
            statement.setString(8, it.reason());
            statement.setLong(9, it.bytes());
            statement.setInt(10, it.activeRequests());
            statement.setBoolean(11, it.pinned());
            statement.setBoolean(12, it.byHeat());
            statement.setString(13, it.batching());
            statement.setObject(14, OffsetDateTime.ofInstant(it.since(), ZoneOffset.UTC));
        });
    }

    void drop(String replica, Collection<Residence> gone) {
        template.batchUpdate(
                "delete from serve_resident where replica_id = ? and org_id = ? and kind = ? and digest = ? and name = ?",
                gone,
                500,
                (statement, it) -> {
                    statement.setString(1, replica);
                    statement.setString(2, it.orgId());
                    statement.setString(3, it.kind().wire());
                    statement.setString(4, it.digest());
                    statement.setString(5, it.name());
                });
    }

    /** This replica stops: nothing of it is to be seen any more. */
    void leave(String replica) {
        jdbc.sql("delete from serve_replica where id = :id")
                .param("id", replica)
                .update();
    }

    /** Removes the rows of replicas that are dead; those who could see something there get an event. */
    void bury() {
        jdbc.sql("""
                        with dead as (
                            select id, host from serve_replica where beat_at <= now() - make_interval(secs => :dead)
                            for update skip locked
                        ), told as (
                            insert into deployment_event (org_id, replica_id, type, model, message)
                            select distinct s.org_id, d.id, 'replica_lost', '',
                                'The replica on ' || d.host || ' has fallen silent.'
                            from dead d join serve_resident s on s.replica_id = d.id
                        )
                        delete from serve_replica where id in (select id from dead)
                        """).param("dead", settings.silence().toSeconds()).update();
    }

    /** The living replicas and what the tenant may see of what they hold, by replica and name. */
    List<Replica> living(Tenant tenant) {
        Map<String, List<Residence>> held = new HashMap<>();
        jdbc.sql("""
                        select * from serve_resident where org_id in (:org, '')
                        order by replica_id, kind, name, digest
                        """).param("org", tenant.orgId()).query(row -> {
            held.computeIfAbsent(row.getString("replica_id"), id -> new ArrayList<>())
                    .add(new Residence(
                            row.getString("org_id"),
                            Residence.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
                            row.getString("digest"),
                            row.getString("name"),
                            row.getString("base_model"),
                            Residence.State.of(row.getString("state")),
                            row.getString("reason"),
                            row.getLong("bytes"),
                            row.getInt("active_requests"),
                            row.getBoolean("pinned"),
                            row.getBoolean("by_heat"),
                            row.getString("batching"),
                            instant(row, "since")));
        });
        return jdbc.sql("""
                        select *, extract(epoch from now() - beat_at) * 1000 as silent from serve_replica
                        where beat_at > now() - make_interval(secs => :dead) order by started_at, id
                        """)
                .param("dead", settings.silence().toSeconds())
                .query((row, number) -> new Replica(
                        row.getString("id"),
                        row.getString("host"),
                        row.getString("device"),
                        instant(row, "started_at"),
                        Duration.ofMillis(row.getLong("silent")),
                        row.getLong("adapter_bytes"),
                        row.getLong("encoder_adapter_bytes"),
                        row.getLong("adapter_budget"),
                        held.getOrDefault(row.getString("id"), List.of())))
                .list();
    }
}
