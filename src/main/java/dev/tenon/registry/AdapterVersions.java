package dev.tenon.registry;

import dev.tenon.core.Cursor;
import dev.tenon.core.Page;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Reads adapter versions. */
@Component
class AdapterVersions {
    private static final String VIEW = """
            select v.*, a.name as adapter_name from adapter_version v join adapter a on a.id = v.adapter_id
            """;

    private final JdbcClient jdbc;
    private final RegistryJson json;

    AdapterVersions(JdbcClient jdbc, RegistryJson json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    Optional<AdapterVersionView> byId(String id) {
        return jdbc.sql(VIEW + " where v.id = :id")
                .param("id", id)
                .query(this::view)
                .optional();
    }

    Optional<AdapterVersionView> byModelId(String orgId, String modelId) {
        return jdbc.sql(VIEW + " where v.org_id = :org and v.model_id = :model")
                .param("org", orgId)
                .param("model", modelId)
                .query(this::view)
                .optional();
    }

    Optional<AdapterVersionView> byNumber(String orgId, String name, int version) {
        return jdbc.sql(VIEW + " where v.org_id = :org and a.name = :name and v.version = :version")
                .param("org", orgId)
                .param("name", name)
                .param("version", version)
                .query(this::view)
                .optional();
    }

    Optional<AdapterVersionView> latest(String orgId, String name) {
        return jdbc.sql(VIEW + " where v.org_id = :org and a.name = :name order by v.version desc limit 1")
                .param("org", orgId)
                .param("name", name)
                .query(this::view)
                .optional();
    }

    Optional<AdapterVersionView> byAlias(String orgId, String name, String alias) {
        return jdbc.sql(VIEW + """
                         join adapter_alias l on l.adapter_id = v.adapter_id and l.version = v.version
                        where v.org_id = :org and a.name = :name and l.alias = :alias
                        """)
                .param("org", orgId)
                .param("name", name)
                .param("alias", alias)
                .query(this::view)
                .optional();
    }

    /** Those that an alias pointed at since it was made, without the one it points at now; the last one first. */
    List<AdapterVersionView> beforeAlias(String orgId, String name, String alias, int most) {
        return jdbc.sql(VIEW + """
                         cross join lateral (select max(h.sequence) as left_at from adapter_alias_history h
                            where h.adapter_id = v.adapter_id and h.alias = :alias and h.from_version = v.version
                                and h.sequence > coalesce((select max(r.sequence) from adapter_alias_history r
                                    where r.adapter_id = v.adapter_id and r.alias = :alias
                                        and r.action = 'alias_removed'), 0)) before
                        where v.org_id = :org and a.name = :name and before.left_at is not null
                            and not exists (select 1 from adapter_alias l where l.adapter_id = v.adapter_id
                                and l.alias = :alias and l.version = v.version)
                        order by before.left_at desc limit :most
                        """)
                .param("org", orgId)
                .param("name", name)
                .param("alias", alias)
                .param("most", most)
                .query(this::view)
                .list();
    }

    /** Those before the newest, the last one first. */
    List<AdapterVersionView> belowLatest(String orgId, String name, int most) {
        return jdbc.sql(VIEW + """
                         where v.org_id = :org and a.name = :name
                        order by v.version desc offset 1 limit :most
                        """)
                .param("org", orgId)
                .param("name", name)
                .param("most", most)
                .query(this::view)
                .list();
    }

    List<AdapterVersionView> ofAdapter(String orgId, String name) {
        return jdbc.sql(VIEW + " where v.org_id = :org and a.name = :name order by v.version desc")
                .param("org", orgId)
                .param("name", name)
                .query(this::view)
                .list();
    }

    Page<AdapterVersionView> page(String orgId, Cursor cursor) {
        boolean ascending = cursor.order() == Cursor.Order.ASC;
        var direction = ascending ? "asc" : "desc";
        var rows = jdbc.sql(VIEW + """
                        where v.org_id = :org and (cast(:after as text) is null or (v.created_at, v.id) %s
                            (select created_at, id from adapter_version where id = :after and org_id = :org))
                        order by v.created_at %s, v.id %s limit :rows
                        """.formatted(ascending ? ">" : "<", direction, direction))
                .param("org", orgId)
                .param("after", cursor.after())
                .param("rows", cursor.limit() + 1)
                .query(this::view)
                .list();
        return Page.of(rows, cursor.limit());
    }

    private AdapterVersionView view(ResultSet row, int number) throws SQLException {
        return new AdapterVersionView(
                row.getString("id"),
                row.getString("adapter_name"),
                row.getInt("version"),
                row.getString("model_id"),
                row.getString("base_model"),
                row.getString("base_digest"),
                row.getString("method_id"),
                json.object(row.getString("config")),
                row.getString("folder_digest"),
                row.getLong("bytes"),
                row.getString("job_id"),
                json.object(row.getString("lineage")),
                json.object(row.getString("proof")),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
