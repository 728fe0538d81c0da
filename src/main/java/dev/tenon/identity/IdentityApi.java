package dev.tenon.identity;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Organisations, users and API keys, as the other modules see them. */
public interface IdentityApi {

    /** The organisation that the first start made. */
    String firstOrganisationId();

    /** Issues the first administrator's key when nobody has any key yet; its secret is shown once, by the caller. */
    Optional<IssuedKey> firstKey();

    /** The organisation of this id; a 404 problem when there is none. */
    OrganisationView organisation(String orgId);

    /** A tenant for work that the product does by itself inside an organisation: its first administrator. */
    Tenant systemTenant(String orgId);

    /** What users of an organisation are called, by their ids: as the keys that were made for them. Others are left out. */
    Map<String, String> userNames(String orgId, Collection<String> userIds);

    /** The tenant that holds this secret, when it is a live key; records that the key was used. */
    Optional<Tenant> authenticate(String secret);

    /**
     * Issues a key for the caller's organisation; only an administrator may issue administrator keys. One that an administrator
     * issues is for somebody else, a user of its own; a member's is for that member.
     */
    IssuedKey issueKey(Tenant tenant, String name, Tenant.Access access, @Nullable Duration expiresAfter);

    /** The keys of the caller's organisation, newest first; members see their own. */
    List<ApiKeyView> keys(Tenant tenant);

    /** Ends a key at once; a 404 problem when the caller has no such key, 409 for the last key of an administrator. */
    void revokeKey(Tenant tenant, String keyId);
}
