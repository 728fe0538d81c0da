package dev.tenon.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.DeferredSecurityContext;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.context.HttpRequestResponseHolder;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.stereotype.Component;
import org.springframework.web.util.WebUtils;

/** Carries the signed-in caller between requests of a browser: a cookie here, a row of {@link WebSessions} there. */
@Component
class SessionCookies implements SecurityContextRepository {
    static final String COOKIE = "TENON_SESSION";

    private final WebSessions sessions;

    SessionCookies(WebSessions sessions) {
        this.sessions = sessions;
    }

    static UsernamePasswordAuthenticationToken authentication(Caller caller) {
        return UsernamePasswordAuthenticationToken.authenticated(
                caller,
                null,
                AuthorityUtils.createAuthorityList("ROLE_" + caller.tenant().access()));
    }

    @Override
    public DeferredSecurityContext loadDeferredContext(HttpServletRequest request) {
        return new Loaded(() -> context(request));
    }

    @Override
    @SuppressWarnings("deprecation") // still abstract in the interface
    public SecurityContext loadContext(HttpRequestResponseHolder holder) {
        return context(holder.getRequest());
    }

    @Override
    public void saveContext(SecurityContext context, HttpServletRequest request, HttpServletResponse response) {
        var old = secret(request);
        old.ifPresent(sessions::end);
        var authentication = context.getAuthentication();
        if (authentication != null && authentication.getPrincipal() instanceof Caller caller) {
            write(request, response, sessions.begin(caller.keyId()), Duration.ofDays(7));
        } else if (old.isPresent()) {
            write(request, response, "", Duration.ZERO);
        }
    }

    @Override
    public boolean containsContext(HttpServletRequest request) {
        return secret(request).isPresent();
    }

    private SecurityContext context(HttpServletRequest request) {
        var context = SecurityContextHolder.createEmptyContext();
        secret(request).flatMap(sessions::find).ifPresent(caller -> context.setAuthentication(authentication(caller)));
        return context;
    }

    private static Optional<String> secret(HttpServletRequest request) {
        var cookie = WebUtils.getCookie(request, COOKIE);
        return cookie == null || cookie.getValue().isBlank() ? Optional.empty() : Optional.of(cookie.getValue());
    }

    private static void write(HttpServletRequest request, HttpServletResponse response, String value, Duration age) {
        var cookie = ResponseCookie.from(COOKIE, value)
                .path("/")
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite("Lax")
                .maxAge(age)
                .build();
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
    }

    /** Asks the database only when somebody wants to know who calls, and once. */
    private static final class Loaded implements DeferredSecurityContext {
        private final Supplier<SecurityContext> source;
        private @org.jspecify.annotations.Nullable SecurityContext context;

        Loaded(Supplier<SecurityContext> source) {
            this.source = source;
        }

        @Override
        public SecurityContext get() {
            var known = context;
            if (known == null) {
                known = source.get();
                context = known;
            }
            return known;
        }

        @Override
        public boolean isGenerated() {
            return get().getAuthentication() == null;
        }
    }
}
