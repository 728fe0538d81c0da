package dev.tenon.openai.chat;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.Doorkeeper;
import dev.tenon.openai.error.ErrorWriter;
import dev.tenon.serving.ServingApi;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/**
 * Refuses generation while the server is full, at a cost that does not keep it from those who have a place. When many come
 * at once, no more of them have their keys looked up at the same time than there are places.
 */
@Component
@OnRole(Role.SERVE)
class NoPlace implements Doorkeeper {
    private static final Set<String> PATHS = Set.of(ChatController.CHAT, ChatController.COMPLETIONS);

    private final ServingApi serving;
    private final ErrorWriter errors;
    private final AtomicInteger lookedUpNow = new AtomicInteger();

    NoPlace(ServingApi serving, ErrorWriter errors) {
        this.serving = serving;
        this.errors = errors;
    }

    @Override
    public boolean turnsAway(HttpServletRequest request, HttpServletResponse response, String orgId)
            throws IOException {
        if (!PATHS.contains(request.getRequestURI())) {
            return false;
        }
        try {
            int before;
            do {
                before = lookedUpNow.get(); // who is refused must not count, or places stay empty
                serving.requirePlaces(orgId, before + 1);
            } while (!lookedUpNow.compareAndSet(before, before + 1));
            return false;
        } catch (Problem full) {
            errors.write(response, full);
            return true;
        }
    }

    @Override
    public void lookedUp(HttpServletRequest request) {
        if (PATHS.contains(request.getRequestURI())) {
            lookedUpNow.decrementAndGet();
        }
    }
}
