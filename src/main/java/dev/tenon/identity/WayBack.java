package dev.tenon.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.savedrequest.SavedRequest;
import org.springframework.security.web.savedrequest.SimpleSavedRequest;
import org.springframework.web.util.WebUtils;

/**
 * Remembers, in a cookie, the page on which somebody has to sign in: of a form, of a part of a page, or of what its script
 * asks for, the page that it stands on, for only pages can be gone back to.
 */
final class WayBack implements RequestCache {
    private static final String COOKIE = "TENON_BACK";
    private static final int LONGEST = 1024;

    @Override
    public void saveRequest(HttpServletRequest request, HttpServletResponse response) {
        var page = page(request);
        if (page != null && page.length() <= LONGEST) {
            write(request, response, Base64.getUrlEncoder().encodeToString(page.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Its path and query, never another server's. */
    private static @Nullable String page(HttpServletRequest request) {
        var shown = request.getHeader("HX-Current-URL");
        var accepted = request.getHeader(HttpHeaders.ACCEPT);
        boolean isPage = request.getMethod().equals("GET") && accepted != null && accepted.contains("text/html");
        if (isPage && request.getHeader("HX-Request") == null) {
            var query = request.getQueryString();
            return own(request.getRequestURI() + (query == null ? "" : "?" + query));
        }
        return own(shown == null ? request.getHeader(HttpHeaders.REFERER) : shown);
    }

    private static @Nullable String own(@Nullable String address) {
        try {
            var path = address == null ? null : URI.create(address).getRawPath();
            if (path == null || !path.startsWith("/") || path.startsWith("//") || path.equals("/login")) {
                return null;
            }
            var query = URI.create(address).getRawQuery();
            return query == null ? path : path + "?" + query;
        } catch (IllegalArgumentException noAddress) {
            return null;
        }
    }

    @Override
    public @Nullable SavedRequest getRequest(HttpServletRequest request, HttpServletResponse response) {
        var cookie = WebUtils.getCookie(request, COOKIE);
        if (cookie == null) {
            return null;
        }
        try {
            var page = own(new String(Base64.getUrlDecoder().decode(cookie.getValue()), StandardCharsets.UTF_8));
            return page == null ? null : new SimpleSavedRequest(page);
        } catch (IllegalArgumentException notOurs) {
            return null;
        }
    }

    /** Nothing is sent again. */
    @Override
    public @Nullable HttpServletRequest getMatchingRequest(HttpServletRequest request, HttpServletResponse response) {
        return null;
    }

    @Override
    public void removeRequest(HttpServletRequest request, HttpServletResponse response) {
        write(request, response, "");
    }

    private static void write(HttpServletRequest request, HttpServletResponse response, String value) {
        var cookie = ResponseCookie.from(COOKIE, value)
                .path("/")
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite("Lax")
                .maxAge(value.isEmpty() ? Duration.ZERO : Duration.ofHours(1))
                .build();
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
    }
}
