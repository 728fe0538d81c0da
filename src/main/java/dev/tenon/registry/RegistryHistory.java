package dev.tenon.registry;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Who changed what in the registry, and when; lines are only ever added. */
@Component
class RegistryHistory {
    private final JdbcClient jdbc;

    RegistryHistory(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void write(
            String orgId,
            String adapterId,
            String adapterName,
            String action,
            @Nullable String alias,
            @Nullable Integer from,
            @Nullable Integer to,
            String by) {
        jdbc.sql("""
                        insert into adapter_alias_history
                            (org_id, adapter_id, adapter_name, action, alias, from_version, to_version, changed_by)
                        values (:org, :adapter, :name, :action, :alias, :from, :to, :by)
                        """)
                .param("org", orgId)
                .param("adapter", adapterId)
                .param("name", adapterName)
                .param("action", action)
                .param("alias", alias)
                .param("from", from)
                .param("to", to)
                .param("by", by)
                .update();
    }

    /** Newest first; {@code alias} null means all lines of the adapter. */
    List<AliasChange> of(String adapterId, @Nullable String alias) {
        return jdbc.sql("""
                        select * from adapter_alias_history
                        where adapter_id = :adapter and (cast(:alias as text) is null or alias = :alias)
                        order by sequence desc limit 1000
                        """)
                .param("adapter", adapterId)
                .param("alias", alias)
                .query(RegistryHistory::change)
                .list();
    }

    /** The last change of an alias that changed anything; histories from before hold lines from a version to itself. */
    Optional<AliasChange> lastMove(String adapterId, String alias) {
        return jdbc.sql("""
                        select * from adapter_alias_history
                        where adapter_id = :adapter and alias = :alias and from_version is distinct from to_version
                        order by sequence desc limit 1
                        """)
                .param("adapter", adapterId)
                .param("alias", alias)
                .query(RegistryHistory::change)
                .optional();
    }

    private static AliasChange change(ResultSet row, int number) throws SQLException {
        return new AliasChange(
                row.getLong("sequence"),
                row.getString("alias"),
                row.getObject("from_version", Integer.class),
                row.getObject("to_version", Integer.class),
                row.getString("action"),
                row.getString("changed_by"),
                null,
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
