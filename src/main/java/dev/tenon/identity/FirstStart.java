package dev.tenon.identity;

import dev.tenon.core.Ids;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes the first organisation, its administrator and the operator's bootstrap key, before any request is served.
 * Several nodes may start at once: a lock in the database lets one of them do it.
 */
@Component
@Lazy(false)
class FirstStart {
    private static final long LOCK = 7_305_801_001L;
    private static final String ORGANISATION = "tenon";

    private final JdbcClient database;
    private final ApiKeys keys;
    private final TransactionTemplate transaction;
    private final Tenant administrator;

    FirstStart(
            JdbcClient database,
            ApiKeys keys,
            TransactionTemplate transaction,
            @Value("${tenon.bootstrap-api-key:}") String chosen) {
        this.database = database;
        this.keys = keys;
        this.transaction = transaction;
        this.administrator = alone(this::findOrMake);
        if (!chosen.isBlank()) {
            alone(() -> keys.holds(chosen.strip())
                    || keys.store(administrator, "bootstrap", Tenant.Access.ADMIN, null, chosen.strip()) != null);
        }
    }

    /** The administrator of the first organisation. */
    Tenant administrator() {
        return administrator;
    }

    /** A key for the administrator when nobody has any key yet. */
    Optional<IssuedKey> issueKey() {
        return alone(() -> keys.none()
                ? Optional.of(keys.issue(administrator, "bootstrap", Tenant.Access.ADMIN, null))
                : Optional.empty());
    }

    private Tenant findOrMake() {
        var known = database.sql("""
                        select u.org_id, u.id from app_user u join organisation o on o.id = u.org_id
                        where u.role = 'ADMIN' order by o.created_at, o.id, u.created_at, u.id limit 1""")
                .query((row, number) -> new Tenant(row.getString(1), row.getString(2), Tenant.Access.ADMIN))
                .optional();
        return known.orElseGet(this::make);
    }

    private Tenant make() {
        var fresh = new Tenant(Ids.next("org_"), Ids.next("user_"), Tenant.Access.ADMIN);
        database.sql("insert into organisation (id, name) values (?, ?)")
                .params(fresh.orgId(), ORGANISATION)
                .update();
        database.sql("insert into app_user (id, org_id, name, role) values (?, ?, 'administrator', 'ADMIN')")
                .params(fresh.userId(), fresh.orgId())
                .update();
        return fresh;
    }

    private <T> T alone(java.util.function.Supplier<T> work) {
        return java.util.Objects.requireNonNull(transaction.execute(status -> {
            database.sql("select pg_advisory_xact_lock(?)").param(LOCK).query().singleRow();
            return work.get();
        }));
    }
}
