package dev.tenon.identity;

import dev.tenon.core.Problem;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/** Reads the tenant of the present request from what the security filters found. */
@Component
class RequestTenant implements CurrentTenant {
    @Override
    public Tenant require() {
        var authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication != null && authentication.getPrincipal() instanceof Caller caller) {
            return caller.tenant();
        }
        throw Problem.unauthenticated("Send an API key: 'Authorization: Bearer tenon-…'.");
    }
}
