package dev.tenon.identity;

import java.security.Principal;

/** The authenticated caller: the tenant, and the key by which it came (a browser signed in with one, too). */
record Caller(Tenant tenant, String keyId) implements Principal {
    @Override
    public String getName() {
        return tenant.userId();
    }
}
