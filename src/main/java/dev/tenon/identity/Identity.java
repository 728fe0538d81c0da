package dev.tenon.identity;

import dev.tenon.core.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Organisations, users and keys as the other modules use them. */
@Service
class Identity implements IdentityApi {
    private final JdbcClient database;
    private final ApiKeys keys;
    private final FirstStart first;

    Identity(JdbcClient database, ApiKeys keys, FirstStart first) {
        this.database = database;
        this.keys = keys;
        this.first = first;
    }

    @Override
    public String firstOrganisationId() {
        return first.administrator().orgId();
    }

    @Override
    public Optional<IssuedKey> firstKey() {
        return first.issueKey();
    }

    @Override
    public OrganisationView organisation(String orgId) {
        return database.sql("select id, name, created_at from organisation where id = ?")
                .param(orgId)
                .query(Identity::organisation)
                .optional()
                .orElseThrow(() -> Problem.notFound(null, "organisation_not_found", "No such organisation."));
    }

    @Override
    public Tenant systemTenant(String orgId) {
        return database.sql("""
                        select id from app_user where org_id = ? and role = 'ADMIN' order by created_at, id limit 1""")
                .param(orgId)
                .query(String.class)
                .optional()
                .map(user -> new Tenant(orgId, user, Tenant.Access.ADMIN))
                .orElseThrow(() -> Problem.notFound(null, "organisation_not_found", "No such organisation."));
    }

    @Override
    public Map<String, String> userNames(String orgId, Collection<String> userIds) {
        var names = new HashMap<String, String>();
        if (!userIds.isEmpty()) {
            database.sql("select id, name from app_user where org_id = :org and id in (:users)")
                    .param("org", orgId)
                    .param("users", Set.copyOf(userIds))
                    .query(row -> {
                        names.put(row.getString("id"), row.getString("name"));
                    });
        }
        return names;
    }

    @Override
    public Optional<Tenant> authenticate(String secret) {
        return keys.authenticate(secret).map(Caller::tenant);
    }

    @Override
    @Transactional
    public IssuedKey issueKey(Tenant tenant, String name, Tenant.Access access, @Nullable Duration expiresAfter) {
        if (access == Tenant.Access.ADMIN && !tenant.isAdmin()) {
            throw Problem.forbidden("Only an administrator can make a key for administrators.");
        }
        if (expiresAfter != null && (expiresAfter.isNegative() || expiresAfter.isZero())) {
            throw Problem.invalid("expires_after", "invalid_expiry", "'expires_after' must lie in the future.");
        }
        return keys.issue(tenant.isAdmin() ? keys.newUser(tenant, name, access) : tenant, name, access, expiresAfter);
    }

    @Override
    public List<ApiKeyView> keys(Tenant tenant) {
        return keys.list(tenant);
    }

    @Override
    @Transactional
    public void revokeKey(Tenant tenant, String keyId) {
        if (!keys.shows(tenant, keyId)) {
            throw Problem.notFound("key_id", "key_not_found", "No API key '%s'.".formatted(keyId));
        }
        if (keys.isLastAdministrators(tenant.orgId(), keyId)) {
            throw Problem.conflict(
                    "key_id",
                    "last_administrator_key",
                    "This is the last key of an administrator; without one nobody could make keys. Make another first.");
        }
        keys.revoke(tenant.orgId(), keyId);
    }

    private static OrganisationView organisation(ResultSet row, int number) throws SQLException {
        return new OrganisationView(
                row.getString("id"),
                row.getString("name"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }
}
