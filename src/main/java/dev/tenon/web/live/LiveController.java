package dev.tenon.web.live;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /live/jobs/{id}}: everything about a job as it happens. A browser that comes back with
 * {@code Last-Event-ID} (or {@code after}) gets exactly what it missed, from the database, so that a restart of the
 * server in between makes no difference.
 */
@RestController
@OnRole(Role.WEB)
class LiveController {
    private static final Duration PING = Duration.ofSeconds(10);
    /** A stream ends now and then, so that a session that ended does not watch for ever. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    private final LiveJobs live;
    private final CurrentTenant tenant;
    private final JsonMapper json;

    LiveController(LiveJobs live, CurrentTenant tenant, JsonMapper json) {
        this.live = live;
        this.tenant = tenant;
        this.json = json;
    }

    @GetMapping("/live/jobs/{id}")
    void job(
            @PathVariable String id,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            @RequestParam(required = false) @Nullable String after,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        var caller = tenant.require();
        var cursor = LiveCursor.parse(lastEventId == null ? after : lastEventId);
        var look = live.look(caller, id);
        var feed = live.join(caller, id);
        try {
            long seen = feed.newest();
            var missed = look.catchUp(cursor); // an unknown job is a 404 here, before the stream begins
            var stream = new LiveStream(response, json, cursor);
            stream.write(missed);
            boolean ended = missed.last();
            long until = System.nanoTime() + LONGEST.toNanos();
            while (!ended && System.nanoTime() < until) {
                if (feed.fellBehind(seen)) {
                    seen = feed.newest();
                    missed = look.catchUp(stream.cursor());
                    stream.write(missed);
                    ended = missed.last();
                    continue;
                }
                var update = feed.await(seen, PING);
                if (update != null) {
                    seen++;
                    stream.write(update);
                    ended = update.last();
                } else if (feed.closed()) {
                    ended = true;
                } else {
                    stream.ping();
                }
            }
        } catch (IOException gone) {
            // the reader closed the page
        } finally {
            live.leave(caller, id, feed);
        }
    }
}
