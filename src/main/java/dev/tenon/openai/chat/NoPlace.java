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
import org.springframework.stereotype.Component;

/** Refuses generation while the server is full, at a cost that does not keep it from those who have a place. */
@Component
@OnRole(Role.SERVE)
class NoPlace implements Doorkeeper {
    private static final Set<String> PATHS = Set.of(ChatController.CHAT, ChatController.COMPLETIONS);

    private final ServingApi serving;
    private final ErrorWriter errors;

    NoPlace(ServingApi serving, ErrorWriter errors) {
        this.serving = serving;
        this.errors = errors;
    }

    @Override
    public boolean turnsAway(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!PATHS.contains(request.getRequestURI())) {
            return false;
        }
        try {
            serving.requirePlace();
            return false;
        } catch (Problem full) {
            errors.write(response, full);
            return true;
        }
    }
}
