package dev.tenon.registry.composition;

import dev.tenon.core.Ids;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The table {@code composition}; whoever holds a row's lease is the only one to write its end. */
@Component
class CompositionRows {
    static final Duration LEASE = Duration.ofSeconds(60);
    private static final int MOST_ATTEMPTS = 3;
    private static final int MOST_WAITING = 20;

    private final JdbcClient jdbc;
    private final JsonMapper mapper;

    CompositionRows(JdbcClient jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    /** A row that this process is to make. */
    record Claimed(String id, Tenant tenant, String kind, String name, CompositionOrder order, String lease) {}

    CompositionView add(Tenant tenant, String kind, String name, CompositionOrder order) {
        int waiting = jdbc.sql("select count(*) from composition where org_id = :org and status = 'queued'")
                .param("org", tenant.orgId())
                .query(Integer.class)
                .single();
        if (waiting >= MOST_WAITING) {
            throw new Problem(
                    429,
                    "rate_limit_error",
                    null,
                    "too_many_compositions",
                    "%d compositions are waiting already; wait for one to end.".formatted(waiting),
                    Map.of());
        }
        String id = Ids.next("composition_");
        jdbc.sql("""
                        insert into composition (id, org_id, user_id, kind, name, request)
                        values (:id, :org, :user, :kind, :name, cast(:request as jsonb))
                        """)
                .param("id", id)
                .param("org", tenant.orgId())
                .param("user", tenant.userId())
                .param("kind", kind)
                .param("name", name)
                .param("request", mapper.writeValueAsString(order))
                .update();
        return require(tenant, id);
    }

    CompositionView require(Tenant tenant, String id) {
        return jdbc.sql("select * from composition where org_id = :org and id = :id")
                .param("org", tenant.orgId())
                .param("id", id)
                .query(this::view)
                .optional()
                .orElseThrow(() ->
                        Problem.notFound("id", "composition_not_found", "There is no composition '%s'.".formatted(id)));
    }

    /** Those that have yet to read some of these versions of an adapter. */
    List<String> unfinishedFrom(String adapterId, Set<Integer> versions) {
        return jdbc.sql("""
                        select id from composition
                        where status in ('queued', 'running') and exists (
                            select 1 from jsonb_array_elements(request -> 'parts') part
                            join adapter_version version on version.id = part ->> 'versionId'
                            where version.adapter_id = :adapter and version.version in (:versions))
                        order by created_at, id limit 10
                        """)
                .param("adapter", adapterId)
                .param("versions", versions)
                .query((row, number) -> row.getString("id"))
                .list();
    }

    /** The newest first. */
    List<CompositionView> newest(Tenant tenant, int limit) {
        return jdbc.sql("select * from composition where org_id = :org order by created_at desc, id desc limit :rows")
                .param("org", tenant.orgId())
                .param("rows", limit)
                .query(this::view)
                .list();
    }

    /** Takes the oldest row that waits, or whose maker is gone. */
    Optional<Claimed> claim() {
        jdbc.sql("""
                        update composition set status = 'failed', finished_at = now(), error = cast(:error as jsonb)
                        where status = 'running' and lease_until < now() and attempts >= :most
                        """)
                .param("error", json(Map.of("code", "gave_up", "message", "Three processes ended while making it.")))
                .param("most", MOST_ATTEMPTS)
                .update();
        String lease = Ids.next("lease_");
        return jdbc.sql("""
                        update composition set status = 'running', attempts = attempts + 1, lease_owner = :lease,
                            lease_until = now() + cast(:length as interval),
                            started_at = coalesce(started_at, now())
                        where id = (select id from composition
                            where status = 'queued' or (status = 'running' and lease_until < now())
                            order by created_at limit 1 for update skip locked)
                        returning *
                        """)
                .param("lease", lease)
                .param("length", LEASE.toSeconds() + " seconds")
                .query((row, number) -> new Claimed(
                        row.getString("id"),
                        new Tenant(row.getString("org_id"), row.getString("user_id"), Tenant.Access.MEMBER),
                        row.getString("kind"),
                        row.getString("name"),
                        mapper.readValue(row.getString("request"), CompositionOrder.class),
                        lease))
                .optional();
    }

    /** Whether the lease was still held, and is now for longer. */
    boolean renew(Claimed claimed) {
        return jdbc.sql("""
                        update composition set lease_until = now() + cast(:length as interval)
                        where id = :id and lease_owner = :lease and status = 'running'
                        """)
                        .param("length", LEASE.toSeconds() + " seconds")
                        .param("id", claimed.id())
                        .param("lease", claimed.lease())
                        .update()
                == 1;
    }

    /**
     * Writes the end of a row.
     *
     * @throws IllegalStateException when another process has taken it over
     */
    void finish(Claimed claimed, @Nullable Map<String, Object> result, @Nullable Map<String, Object> error) {
        int written = jdbc.sql("""
                        update composition set status = :status, finished_at = now(), lease_until = null,
                            result = cast(:result as jsonb), error = cast(:error as jsonb)
                        where id = :id and lease_owner = :lease and status = 'running'
                        """)
                .param("status", error == null ? "succeeded" : "failed")
                .param("result", json(result))
                .param("error", json(error))
                .param("id", claimed.id())
                .param("lease", claimed.lease())
                .update();
        if (written == 0) {
            throw new IllegalStateException("The composition " + claimed.id() + " is another process's now");
        }
    }

    private @Nullable String json(@Nullable Map<String, Object> value) {
        return value == null ? null : mapper.writeValueAsString(value);
    }

    private CompositionView view(ResultSet row, int number) throws SQLException {
        return new CompositionView(
                row.getString("id"),
                row.getString("kind").equals("merge") ? "merge" : "composition",
                row.getString("name"),
                row.getString("status"),
                CompositionRequests.wire(mapper.readValue(row.getString("request"), CompositionOrder.class)),
                object(row.getString("result")),
                object(row.getString("error")),
                seconds(row, "created_at"),
                row.getObject("started_at") == null ? null : seconds(row, "started_at"),
                row.getObject("finished_at") == null ? null : seconds(row, "finished_at"));
    }

    private @Nullable Map<String, Object> object(@Nullable String json) {
        return json == null ? null : mapper.readValue(json, new TypeReference<>() {});
    }

    private static long seconds(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toEpochSecond();
    }
}
