package dev.tenon.registry;

import dev.tenon.core.Cursor;
import dev.tenon.core.Ids;
import dev.tenon.core.Page;
import dev.tenon.core.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads adapters, and makes versions and removes them; every change leaves a line in the history. */
@Component
class AdapterRows {
    private static final String VIEW = """
            select a.*, v.version as latest_version, v.model_id as latest_model, v.method_id,
                   v.base_model as latest_base,
                   coalesce((select jsonb_object_agg(l.alias, l.version) from adapter_alias l
                             where l.adapter_id = a.id), '{}') as aliases
            from adapter a join lateral (
                select * from adapter_version where adapter_id = a.id order by version desc limit 1) v on true
            """;

    private final JdbcClient jdbc;
    private final RegistryJson json;
    private final RegistryHistory history;

    AdapterRows(JdbcClient jdbc, RegistryJson json, RegistryHistory history) {
        this.jdbc = jdbc;
        this.json = json;
        this.history = history;
    }

    Optional<AdapterView> find(String orgId, String name) {
        return jdbc.sql(VIEW + " where a.org_id = :org and a.name = :name")
                .param("org", orgId)
                .param("name", name)
                .query(this::view)
                .optional();
    }

    AdapterView require(String orgId, String name) {
        return find(orgId, name)
                .orElseThrow(() -> Problem.notFound(
                        "name", "adapter_not_found", "There is no adapter named '%s'.".formatted(name)));
    }

    Page<AdapterView> page(String orgId, Cursor cursor) {
        boolean ascending = cursor.order() == Cursor.Order.ASC;
        var direction = ascending ? "asc" : "desc";
        var rows = jdbc.sql(VIEW + """
                        where a.org_id = :org and (cast(:after as text) is null or (a.created_at, a.id) %s
                            (select created_at, id from adapter where id = :after and org_id = :org))
                        order by a.created_at %s, a.id %s limit :rows
                        """.formatted(ascending ? ">" : "<", direction, direction))
                .param("org", orgId)
                .param("after", cursor.after())
                .param("rows", cursor.limit() + 1)
                .query(this::view)
                .list();
        return Page.of(rows, cursor.limit());
    }

    /** Adds the next version of the adapter, which is made when it is new. Runs in the caller's transaction. */
    String add(NewVersion fresh) {
        // The upsert locks the adapter's row, so that two jobs of one name get two numbers. A name that comes again
        // goes on counting: who has kept 'bot@1' must never get another model for it.
        var adapter = jdbc.sql("""
                        insert into adapter (id, org_id, name, base_model, last_version)
                        values (:id, :org, :name, :base, 1 + coalesce((
                            select max(to_version) from adapter_alias_history
                            where org_id = :org and adapter_name = :name and action = 'version_created'), 0))
                        on conflict (org_id, name) do update set last_version = adapter.last_version + 1,
                            base_model = excluded.base_model, updated_at = now()
                        returning id, last_version
                        """)
                .param("id", Ids.next("adapter_"))
                .param("org", fresh.orgId())
                .param("name", fresh.adapterName())
                .param("base", fresh.baseModel())
                .query((row, number) -> new Numbered(row.getString("id"), row.getInt("last_version")))
                .single();
        var id = Ids.next("adapterver_");
        jdbc.sql("""
                        insert into adapter_version (id, adapter_id, org_id, version, model_id, base_model, base_digest,
                            method_id, config, folder_digest, bytes, job_id, lineage, proof)
                        values (:id, :adapter, :org, :version, :model, :base, :baseDigest, :method,
                            cast(:config as jsonb), :folder, :bytes, :job, cast(:lineage as jsonb),
                            cast(:proof as jsonb))
                        """)
                .param("id", id)
                .param("adapter", adapter.id())
                .param("org", fresh.orgId())
                .param("version", adapter.version())
                .param("model", fresh.modelId())
                .param("base", fresh.baseModel())
                .param("baseDigest", fresh.baseDigest())
                .param("method", fresh.methodId())
                .param("config", json.write(fresh.config()))
                .param("folder", fresh.folderDigest())
                .param("bytes", fresh.bytes())
                .param("job", fresh.jobId())
                .param("lineage", json.write(fresh.lineage()))
                .param("proof", json.write(fresh.proof()))
                .update();
        history.write(
                fresh.orgId(),
                adapter.id(),
                fresh.adapterName(),
                "version_created",
                null,
                null,
                adapter.version(),
                fresh.by());
        return id;
    }

    /** Until the end of the caller's transaction nobody else changes the adapter, or refers to it anew. */
    void lock(String orgId, String name) {
        jdbc.sql("select 1 from adapter where org_id = :org and name = :name for update")
                .param("org", orgId)
                .param("name", name)
                .query(Integer.class)
                .optional();
    }

    /** Removes one version; the adapter goes with its last one. */
    void removeVersion(AdapterVersionView version, AdapterView adapter, String orgId, String by) {
        jdbc.sql("delete from adapter_version where id = :id")
                .param("id", version.id())
                .update();
        history.write(orgId, adapter.id(), adapter.name(), "version_deleted", null, version.version(), null, by);
        jdbc.sql("""
                        delete from adapter where id = :id
                            and not exists (select 1 from adapter_version where adapter_id = :id)
                        """).param("id", adapter.id()).update();
    }

    void removeAdapter(AdapterView adapter, String orgId, String by) {
        jdbc.sql("delete from adapter where id = :id and org_id = :org")
                .param("id", adapter.id())
                .param("org", orgId)
                .update();
        history.write(orgId, adapter.id(), adapter.name(), "adapter_deleted", null, adapter.latestVersion(), null, by);
    }

    private record Numbered(String id, int version) {}

    private AdapterView view(ResultSet row, int number) throws SQLException {
        var aliases = new LinkedHashMap<String, Integer>();
        json.object(row.getString("aliases"))
                .forEach((alias, version) -> aliases.put(alias, ((Number) version).intValue()));
        return new AdapterView(
                row.getString("id"),
                row.getString("name"),
                row.getString("latest_base"),
                row.getString("method_id"),
                row.getInt("latest_version"),
                row.getString("latest_model"),
                aliases,
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }
}
