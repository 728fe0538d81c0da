package dev.tenon.serving.deployment;

import dev.tenon.core.Ids;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.serving.deployment.Deployment.OnReplica;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The wishes in the database, and what each replica made of them. */
@Component
class DeploymentRows {
    private final JdbcClient jdbc;
    private final DeploymentSettings settings;

    DeploymentRows(JdbcClient jdbc, DeploymentSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** Adds a wish, or finds the one that is there; true when it is new. */
    boolean add(Tenant tenant, String adapterId, String adapter, String selector, Mode mode) {
        return jdbc.sql("""
                        insert into deployment (id, org_id, adapter_id, adapter_name, selector, mode, created_by)
                        values (:id, :org, :adapter, :name, :selector, :mode, :by)
                        on conflict (adapter_id, selector) do nothing
                        """)
                        .param("id", Ids.next("dep_"))
                        .param("org", tenant.orgId())
                        .param("adapter", adapterId)
                        .param("name", adapter)
                        .param("selector", selector)
                        .param("mode", mode.wire())
                        .param("by", tenant.userId())
                        .update()
                == 1;
    }

    Optional<Deployment> find(Tenant tenant, String adapterId, String selector) {
        return jdbc.sql(
                        "select * from deployment where org_id = :org and adapter_id = :adapter and selector = :selector")
                .param("org", tenant.orgId())
                .param("adapter", adapterId)
                .param("selector", selector)
                .query((row, number) -> deployment(row, List.of()))
                .optional();
    }

    Deployment require(Tenant tenant, String id) {
        return ofOrganisation(tenant).stream()
                .filter(deployment -> deployment.id().equals(id))
                .findFirst()
                .orElseThrow(() ->
                        Problem.notFound("id", "deployment_not_found", "There is no deployment '%s'.".formatted(id)));
    }

    /** Points a wish elsewhere; false when another wish says the same already. */
    boolean change(Deployment deployment, String adapterId, String adapter, String selector, Mode mode) {
        return jdbc.sql("""
                        update deployment d
                        set adapter_id = :adapter, adapter_name = :name, selector = :selector, mode = :mode,
                            updated_at = now()
                        where id = :id and not exists (
                            select 1 from deployment o
                            where o.adapter_id = :adapter and o.selector = :selector and o.id <> d.id)
                        """)
                        .param("id", deployment.id())
                        .param("adapter", adapterId)
                        .param("name", adapter)
                        .param("selector", selector)
                        .param("mode", mode.wire())
                        .update()
                == 1;
    }

    void remove(Deployment deployment) {
        jdbc.sql("delete from deployment where id = :id")
                .param("id", deployment.id())
                .update();
    }

    /** The wishes of one organisation, newest first, with what living replicas made of them. */
    List<Deployment> ofOrganisation(Tenant tenant) {
        Map<String, List<OnReplica>> replicas = new HashMap<>();
        jdbc.sql("""
                        select s.* from deployment_status s
                        join deployment d on d.id = s.deployment_id
                        join serve_replica r on r.id = s.replica_id
                        where d.org_id = :org and r.beat_at > now() - make_interval(secs => :dead)
                        order by s.replica_id
                        """)
                .param("org", tenant.orgId())
                .param("dead", settings.silence().toSeconds())
                .query(row -> {
                    replicas.computeIfAbsent(row.getString("deployment_id"), id -> new ArrayList<>())
                            .add(new OnReplica(
                                    row.getString("replica_id"),
                                    Residence.State.of(row.getString("state")),
                                    row.getString("serving"),
                                    row.getString("wanted"),
                                    row.getString("reason"),
                                    instant(row, "since")));
                });
        return jdbc.sql("select * from deployment where org_id = :org order by created_at desc, id desc")
                .param("org", tenant.orgId())
                .query((row, number) -> deployment(row, replicas.getOrDefault(row.getString("id"), List.of())))
                .list();
    }

    List<Deployment> ofAdapter(String adapterId) {
        return jdbc.sql("select * from deployment where adapter_id = :adapter order by created_at, id")
                .param("adapter", adapterId)
                .query((row, number) -> deployment(row, List.of()))
                .list();
    }

    /** The wishes of all organisations, oldest first: who came later is refused when memory runs out. */
    List<Deployment> all() {
        return jdbc.sql("select * from deployment order by created_at, id")
                .query((row, number) -> deployment(row, List.of()))
                .list();
    }

    /** Says what this replica made of a wish, which may be gone meanwhile. */
    void tell(
            String deploymentId,
            String replicaId,
            Residence.State state,
            @Nullable String serving,
            @Nullable String wanted,
            @Nullable String reason) {
        jdbc.sql("""
                        insert into deployment_status (deployment_id, replica_id, state, serving, wanted, reason)
                        select d.id, r.id, :state, :serving, :wanted, :reason
                        from deployment d, serve_replica r where d.id = :deployment and r.id = :replica
                        on conflict (deployment_id, replica_id) do update
                            set state = excluded.state, serving = excluded.serving, wanted = excluded.wanted,
                                reason = excluded.reason, since = now()
                        """)
                .param("deployment", deploymentId)
                .param("replica", replicaId)
                .param("state", state.wire())
                .param("serving", serving)
                .param("wanted", wanted)
                .param("reason", reason)
                .update();
    }

    private static Deployment deployment(ResultSet row, List<OnReplica> replicas) throws SQLException {
        return new Deployment(
                row.getString("id"),
                row.getString("org_id"),
                row.getString("adapter_name"),
                row.getString("selector"),
                Mode.of(row.getString("mode")),
                row.getString("created_by"),
                instant(row, "created_at"),
                instant(row, "updated_at"),
                replicas);
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
