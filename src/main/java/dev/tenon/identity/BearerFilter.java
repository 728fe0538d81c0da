package dev.tenon.identity;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/** Authenticates {@code Authorization: Bearer KEY}; a header with a wrong key is refused, whatever cookie comes along. */
final class BearerFilter extends OncePerRequestFilter {
    private static final String SCHEME = "Bearer ";

    private final ApiKeys keys;
    private final List<Doorkeeper> doorkeepers;

    BearerFilter(ApiKeys keys, List<Doorkeeper> doorkeepers) {
        this.keys = keys;
        this.doorkeepers = doorkeepers;
    }

    /** The key of the header, if the request brings one. */
    static Optional<String> secret(HttpServletRequest request) {
        var header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var secret = secret(request);
        if (secret.isPresent()) {
            if (keys.wasLive(secret.get()) && turnedAway(request, response)) {
                return;
            }
            var caller = keys.authenticate(secret.get());
            if (caller.isEmpty()) {
                Refusals.unauthenticated(
                        response,
                        "Incorrect API key provided: it is unknown, expired or revoked. Make one under Keys in"
                                + " the dashboard.");
                return;
            }
            var context = SecurityContextHolder.createEmptyContext();
            context.setAuthentication(SessionCookies.authentication(caller.get()));
            SecurityContextHolder.setContext(context);
        }
        chain.doFilter(request, response);
    }

    private boolean turnedAway(HttpServletRequest request, HttpServletResponse response) throws IOException {
        for (var doorkeeper : doorkeepers) {
            if (doorkeeper.turnsAway(request, response)) {
                return true;
            }
        }
        return false;
    }
}
