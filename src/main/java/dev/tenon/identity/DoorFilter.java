package dev.tenon.identity;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Asks the {@link Doorkeeper}. It comes after the filter that counts and times requests and before all others: hundreds who
 * come at the same instant wait for each other, so that what one refusal costs is what the last of them waits for, hundreds
 * of times.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
final class DoorFilter extends OncePerRequestFilter {
    private final RecentKeys keys;
    private final Doorkeeper doorkeeper;

    DoorFilter(RecentKeys keys, ObjectProvider<Doorkeeper> doorkeeper) {
        this.keys = keys;
        this.doorkeeper = doorkeeper.getIfAvailable(() -> Doorkeeper.NONE);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var expected = BearerFilter.secret(request).flatMap(keys::organisation);
        if (expected.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        var refusal = doorkeeper.refusal(request, expected.get());
        if (refusal.isPresent()) {
            AnswerHeaders.WRITERS.forEach(writer -> writer.writeHeaders(request, response));
            refusal.get().writeTo(response);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            doorkeeper.ended(request);
        }
    }
}
