package dev.tenon.registry;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Moves aliases between versions; the move and its line in the history are one commit. */
@Component
class AdapterAliases {
    /** Where an alias points that does not exist. */
    private static final int NOWHERE = 0;

    /** What the address of an alias of this name would mean. */
    private static final String HISTORY = "history";

    private static final Pattern ALIAS = Pattern.compile("[a-z][a-z0-9_-]{0,63}");

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final AdapterRows adapters;
    private final AdapterVersions versions;
    private final RegistryHistory history;

    AdapterAliases(
            JdbcClient jdbc,
            TransactionOperations transaction,
            AdapterRows adapters,
            AdapterVersions versions,
            RegistryHistory history) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.adapters = adapters;
        this.versions = versions;
        this.history = history;
    }

    AliasView set(Tenant tenant, String name, String alias, int version, @Nullable Integer expected) {
        if (alias.equals(HISTORY)) {
            throw Problem.invalid(
                    "alias",
                    "invalid_alias",
                    "No alias can be named 'history': under its address stands the history of all aliases.");
        }
        if (!ALIAS.matcher(alias).matches() || alias.equals(ModelName.LATEST)) {
            throw Problem.invalid(
                    "alias",
                    "invalid_alias",
                    "An alias has 1 to 64 lower-case letters, digits, '_' or '-', begins with a letter and is not"
                            + " 'latest', which always means the newest version.");
        }
        return change(tenant, name, alias, "alias_set", expected, adapter -> version);
    }

    AliasView rollback(Tenant tenant, String name, String alias, @Nullable Integer expected) {
        return change(
                tenant,
                name,
                alias,
                "alias_rolled_back",
                expected,
                adapter -> history.lastMove(adapter.id(), alias)
                        .flatMap(change -> Optional.ofNullable(change.from()))
                        .orElseThrow(() -> Problem.invalid(
                                "alias",
                                "nothing_to_roll_back",
                                "The alias '%s' of '%s' has pointed at no other version before."
                                        .formatted(alias, name))));
    }

    void remove(Tenant tenant, String name, String alias, @Nullable Integer expected) {
        transaction.executeWithoutResult(status -> {
            var adapter = adapters.require(tenant.orgId(), name);
            lock(adapter.id());
            var now = require(tenant, name, alias);
            if (expected != null && expected != now.version()) {
                throw moved(name, alias, expected, now.version());
            }
            jdbc.sql("delete from adapter_alias where adapter_id = :adapter and alias = :alias")
                    .param("adapter", adapter.id())
                    .param("alias", alias)
                    .update();
            history.write(
                    tenant.orgId(), adapter.id(), name, "alias_removed", alias, now.version(), null, tenant.userId());
        });
    }

    List<AliasView> list(Tenant tenant, String name) {
        var adapter = adapters.require(tenant.orgId(), name);
        return jdbc.sql(
                        "select alias, version, updated_at from adapter_alias where adapter_id = :adapter order by alias")
                .param("adapter", adapter.id())
                .query((row, number) -> new AliasView(
                        name,
                        row.getString("alias"),
                        row.getInt("version"),
                        row.getObject("updated_at", OffsetDateTime.class).toInstant()))
                .list();
    }

    AliasView require(Tenant tenant, String name, String alias) {
        return current(adapters.require(tenant.orgId(), name), alias)
                .orElseThrow(() ->
                        Problem.notFound("alias", "alias_not_found", "'%s' has no alias '%s'.".formatted(name, alias)));
    }

    /** Everything that decides where to is read while no other mover can come between. */
    private AliasView change(
            Tenant tenant,
            String name,
            String alias,
            String action,
            @Nullable Integer expected,
            ToIntFunction<AdapterView> target) {
        return java.util.Objects.requireNonNull(transaction.execute(status -> {
            var adapter = adapters.require(tenant.orgId(), name);
            lock(adapter.id());
            var before = current(adapter, alias).map(AliasView::version).orElse(null);
            if (expected != null && expected != (before == null ? NOWHERE : before)) {
                throw moved(name, alias, expected, before);
            }
            int version = target.applyAsInt(adapter);
            if (versions.byNumber(tenant.orgId(), name, version).isEmpty()) {
                throw Problem.invalid(
                        "version",
                        "version_not_found",
                        "'%s' has no version %d; its newest is %d.".formatted(name, version, adapter.latestVersion()));
            }
            // also where nothing changes, which is no event: replicas hear of it and try again what they could not load
            jdbc.sql("""
                            insert into adapter_alias (adapter_id, alias, version) values (:adapter, :alias, :version)
                            on conflict (adapter_id, alias) do update
                                set version = excluded.version,
                                    updated_at = case when adapter_alias.version = excluded.version
                                        then adapter_alias.updated_at else now() end
                            """)
                    .param("adapter", adapter.id())
                    .param("alias", alias)
                    .param("version", version)
                    .update();
            if (before == null || before != version) {
                history.write(tenant.orgId(), adapter.id(), name, action, alias, before, version, tenant.userId());
            }
            return current(adapter, alias).orElseThrow();
        }));
    }

    private static Problem moved(String name, String alias, int expected, @Nullable Integer before) {
        return new Problem(
                412,
                "invalid_request_error",
                "expected_version",
                "alias_moved",
                "The alias '%s' of '%s' points at %s, not at %s: somebody moved it meanwhile. Read it again and decide."
                        .formatted(alias, name, where(before == null ? NOWHERE : before), where(expected)),
                Map.of());
    }

    private static String where(int version) {
        return version == NOWHERE ? "nothing" : "version " + version;
    }

    private Optional<AliasView> current(AdapterView adapter, String alias) {
        return jdbc.sql("select version, updated_at from adapter_alias where adapter_id = :adapter and alias = :alias")
                .param("adapter", adapter.id())
                .param("alias", alias)
                .query((row, number) -> new AliasView(
                        adapter.name(),
                        alias,
                        row.getInt("version"),
                        row.getObject("updated_at", OffsetDateTime.class).toInstant()))
                .optional();
    }

    /** Two movers of one adapter's aliases take turns, so that each history line says what really was before. */
    private void lock(String adapterId) {
        jdbc.sql("select 1 from adapter where id = :id for update")
                .param("id", adapterId)
                .query(Integer.class)
                .optional();
    }
}
