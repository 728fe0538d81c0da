package dev.tenon.identity;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Has crowds of refusals rehearsed when the application has started: the first one would otherwise be refused by code that
 * Java has not compiled yet and on connections that nothing is there for yet, several times as slowly as later ones. It asks over
 * HTTP with a key that exists in this process alone and opens nothing.
 */
@Component
class Rehearsal {
    private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** So many at once, for whom the server makes as many of what it keeps for each connection. */
    private static final int CROWD = 200;

    private final RecentKeys keys;
    private final ObjectProvider<Doorkeeper> doorkeeper;
    private final Environment environment;
    private final int times;
    private final String secret = Secrets.next();
    private volatile boolean over;
    private volatile int refused;

    Rehearsal(
            RecentKeys keys,
            ObjectProvider<Doorkeeper> doorkeeper,
            Environment environment,
            @Value("${tenon.rehearsals}") int times) {
        this.keys = keys;
        this.doorkeeper = doorkeeper;
        this.environment = environment;
        this.times = times;
        over = times == 0;
    }

    /** Whether a request is not a real one, which nobody should count among those. */
    boolean hasSent(HttpServletRequest request) {
        return !over && BearerFilter.secret(request).filter(secret::equals).isPresent();
    }

    /** How often the rehearsal was refused so far. */
    int refused() {
        return refused;
    }

    @EventListener(ApplicationReadyEvent.class)
    void start() {
        var port = environment.getProperty("local.server.port", Integer.class);
        var path = doorkeeper.getIfAvailable(() -> Doorkeeper.NONE).rehearses();
        if (!over && port != null && path.isPresent()) {
            Thread.ofPlatform().daemon().name("rehearsal").start(() -> run(port, path.get()));
        }
    }

    private void run(int port, String path) {
        long end = System.nanoTime() + LONGEST.toNanos();
        keys.note(Secrets.digest(secret), Doorkeeper.NOBODY);
        var request = "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: 0\r\n\r\n"
                .formatted(path, secret)
                .getBytes(StandardCharsets.US_ASCII);
        try {
            int crowd = Math.min(CROWD, times);
            for (int i = crowd; i <= times && System.nanoTime() < end && refuses(port, request, crowd); i += crowd) {
                refused = i;
            }
        } catch (IOException e) {
            log.debug("This server cannot be asked from here; its first refusals will be slow", e);
        } finally {
            keys.note(Secrets.digest(secret), null);
            over = true;
        }
    }

    /** Whether all of so many are refused that ask before the first has heard. */
    private static boolean refuses(int port, byte[] request, int crowd) throws IOException {
        var sockets = new ArrayList<Socket>();
        try {
            for (int i = 0; i < crowd; i++) {
                var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.add(socket);
                socket.setSoTimeout((int) LONGEST.toMillis());
            }
            for (var socket : sockets) {
                socket.getOutputStream().write(request);
            }
            boolean all = true;
            for (var socket : sockets) {
                var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                all &= answer.startsWith("HTTP/1.1 503");
            }
            return all;
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }
}
