package dev.tenon.identity;

import dev.tenon.core.Ids;
import dev.tenon.core.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The API keys: issued once in clear text, stored as digests, found by digest. */
@Repository
class ApiKeys {
    static final String PREFIX = "tenon-";
    private static final int SHOWN = PREFIX.length() + 4;
    private static final int NAME_LIMIT = 100;

    private final JdbcClient database;
    private final RecentKeys recent;

    ApiKeys(JdbcClient database, RecentKeys recent) {
        this.database = database;
        this.recent = recent;
    }

    /** The caller behind a secret, when the key is live; its time of last use is kept to the minute. */
    Optional<Caller> authenticate(String secret) {
        var digest = Secrets.digest(secret);
        // one statement, for every request waits for it
        var caller = database.sql("""
                        with live as (
                            select k.id, k.org_id, k.user_id, k.role from api_key k join app_user u on u.id = k.user_id
                            where k.hash = ? and k.revoked_at is null
                              and (k.expires_at is null or k.expires_at > now()) and u.disabled_at is null),
                        used as (
                            update api_key k set last_used_at = now() from live where k.id = live.id
                              and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute'))
                        select * from live""").param(digest).query(ApiKeys::caller).optional();
        recent.note(digest, caller.map(one -> one.tenant().orgId()).orElse(null));
        return caller;
    }

    IssuedKey issue(Tenant owner, String name, Tenant.Access access, @Nullable Duration expiresAfter) {
        var secret = PREFIX + Secrets.next();
        return new IssuedKey(store(owner, name, access, expiresAfter, secret), secret);
    }

    /** A new user of the caller's organisation, for whom a key is made. */
    Tenant newUser(Tenant issuer, String name, Tenant.Access access) {
        requireName(name);
        var user = new Tenant(issuer.orgId(), Ids.next("user_"), access);
        database.sql("insert into app_user (id, org_id, name, role) values (?, ?, ?, ?)")
                .params(user.userId(), user.orgId(), name.strip(), access.name())
                .update();
        return user;
    }

    private static void requireName(String name) {
        if (name.isBlank() || name.length() > NAME_LIMIT) {
            throw Problem.invalid(
                    "name", "invalid_name", "'name' must have between 1 and %d characters.".formatted(NAME_LIMIT));
        }
    }

    /** Stores a key whose secret the operator chose. */
    ApiKeyView store(Tenant owner, String name, Tenant.Access access, @Nullable Duration expiresAfter, String secret) {
        requireName(name);
        return database.sql("""
                        insert into api_key (id, org_id, user_id, name, prefix, hash, role, expires_at)
                        values (:id, :org, :user, :name, :prefix, :hash, :role,
                                now() + cast(:seconds as bigint) * interval '1 second')
                        returning *""")
                .param("id", Ids.next("key_"))
                .param("org", owner.orgId())
                .param("user", owner.userId())
                .param("name", name.strip())
                .param("prefix", secret.substring(0, Math.min(SHOWN, secret.length() / 3)))
                .param("hash", Secrets.digest(secret))
                .param("role", access.name())
                .param("seconds", expiresAfter == null ? null : expiresAfter.toSeconds())
                .query(ApiKeys::view)
                .single();
    }

    /** Newest first; members see the keys that are their own. */
    List<ApiKeyView> list(Tenant tenant) {
        return database.sql("""
                        select * from api_key where org_id = ? and (user_id = ? or ?)
                        order by created_at desc, id desc""")
                .params(tenant.orgId(), tenant.userId(), tenant.isAdmin())
                .query(ApiKeys::view)
                .list();
    }

    /** Whether {@link #list} would have a key. */
    boolean shows(Tenant tenant, String keyId) {
        return database.sql("""
                        select exists (select 1 from api_key where id = ? and org_id = ? and (user_id = ? or ?))""")
                .params(keyId, tenant.orgId(), tenant.userId(), tenant.isAdmin())
                .query(Boolean.class)
                .single();
    }

    /** Ending a key twice is no failure. */
    void revoke(String orgId, String keyId) {
        database.sql("update api_key set revoked_at = coalesce(revoked_at, now()) where id = ? and org_id = ?")
                .params(keyId, orgId)
                .update();
    }

    /** Whether nobody but the holder of this key could do what an administrator may; two who ask at once take turns. */
    boolean isLastAdministrators(String orgId, String keyId) {
        database.sql("select id from organisation where id = ? for update")
                .param(orgId)
                .query()
                .singleRow();
        return database.sql("""
                        select coalesce(bool_and(id = :key), false) from api_key
                        where org_id = :org and role = 'ADMIN' and revoked_at is null
                          and (expires_at is null or expires_at > now())""")
                .param("key", keyId)
                .param("org", orgId)
                .query(Boolean.class)
                .single();
    }

    boolean none() {
        return database.sql("select count(*) from api_key").query(Long.class).single() == 0;
    }

    boolean holds(String secret) {
        return database.sql("select count(*) from api_key where hash = ?")
                        .param(Secrets.digest(secret))
                        .query(Long.class)
                        .single()
                > 0;
    }

    static Caller caller(ResultSet row, int number) throws SQLException {
        var tenant = new Tenant(
                row.getString("org_id"), row.getString("user_id"), Tenant.Access.valueOf(row.getString("role")));
        return new Caller(tenant, row.getString("id"));
    }

    private static ApiKeyView view(ResultSet row, int number) throws SQLException {
        return new ApiKeyView(
                row.getString("id"),
                row.getString("name"),
                row.getString("prefix"),
                Tenant.Access.valueOf(row.getString("role")),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "last_used_at"),
                instant(row, "expires_at"),
                instant(row, "revoked_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
