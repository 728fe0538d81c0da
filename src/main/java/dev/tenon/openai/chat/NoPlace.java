package dev.tenon.openai.chat;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.Doorkeeper;
import dev.tenon.identity.TextGenerationPaths;
import dev.tenon.openai.error.ErrorWriter;
import dev.tenon.serving.Place;
import dev.tenon.serving.ServingApi;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Refuses generation while the server is full, at a cost that does not keep it from those who have a place. Who is let by
 * has a place from then on: when many come at once, no more of them have their keys looked up than there are places.
 */
@Component
@OnRole(Role.SERVE)
class NoPlace implements Doorkeeper {
    private static final Set<String> PATHS = Set.of(
            ChatController.CHAT, ChatController.COMPLETIONS, TextGenerationPaths.GENERATE, TextGenerationPaths.STREAM);
    private static final String KEPT = NoPlace.class.getName();

    private final ServingApi serving;
    private final ErrorWriter errors;

    NoPlace(ServingApi serving, ErrorWriter errors) {
        this.serving = serving;
        this.errors = errors;
    }

    @Override
    public Optional<Refusal> refusal(HttpServletRequest request, String orgId) {
        if (orgId.equals(NOBODY)) {
            var full = Problem.unavailable("server_overloaded", "There is no place for nobody.", 1);
            return Optional.of(response -> errors.write(request, response, full));
        }
        if (PATHS.contains(request.getRequestURI())) {
            try {
                request.setAttribute(KEPT, serving.reserve(orgId));
                // virtual threads are not preempted: those behind, who mostly need to hear that there is no place, go
                // first
                Thread.yield();
            } catch (Problem full) {
                return Optional.of(response -> errors.write(request, response, full));
            }
        }
        return Optional.empty();
    }

    @Override
    public Optional<String> rehearses() {
        return Optional.of(ChatController.CHAT);
    }

    /** The place that is kept for a request, or one that is kept now. */
    Place of(HttpServletRequest request, String orgId) {
        return request.getAttribute(KEPT) instanceof Place kept ? kept : serving.reserve(orgId);
    }

    @Override
    public void ended(HttpServletRequest request) {
        if (request.getAttribute(KEPT) instanceof Place kept) {
            kept.close();
        }
    }
}
