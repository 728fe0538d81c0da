package dev.tenon.openai.chat;

import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.serving.Generation;
import dev.tenon.serving.GenerationResult;
import dev.tenon.serving.Patience;
import dev.tenon.serving.Piece;
import dev.tenon.serving.Place;
import dev.tenon.serving.ServingApi;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs the choices of one order side by side and hands over what they say as it comes. The first is started by the
 * caller, so that whatever refuses the order does so before an answer begins; a few run at a time, so that one order
 * never fills the server; a reader that does not read stops them all. An alias may move while they are begun, and what it
 * means may be refused: the others answer with the very version that the first one got.
 */
final class Choices implements AutoCloseable {
    private static final int SIDE_BY_SIDE = 8;
    private static final int UNREAD = 64;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** A stretch of one choice, its end, or what broke it. */
    record Event(
            int index,
            @Nullable Piece piece,
            @Nullable GenerationResult end,
            @Nullable RuntimeException failure) {}

    private final ServingApi serving;
    private final Tenant tenant;
    /** Of the version that the first one got. */
    private final Order others;

    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(UNREAD);
    private final Set<Generation> running = ConcurrentHashMap.newKeySet();
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private final String fingerprint;
    private int runners;
    private volatile boolean closed;

    /**
     * @param place where the first of them starts
     * @param patience of whoever waits for it
     */
    Choices(ServingApi serving, Tenant tenant, Order order, Place place, Patience patience) {
        this.serving = serving;
        this.tenant = tenant;
        for (int i = 1; i < order.choices(); i++) {
            waiting.add(i);
        }
        var first = serving.start(tenant, order.request(0), place, patience);
        others = order.pinned(first.model());
        fingerprint = first.systemFingerprint();
        runners = Math.min(SIDE_BY_SIDE, order.choices());
        Thread.startVirtualThread(() -> run(0, first));
        for (int i = 1; i < runners; i++) {
            Thread.startVirtualThread(() -> run(-1, null));
        }
    }

    /** Digests of the weights behind every choice. */
    String fingerprint() {
        return fingerprint;
    }

    /** What comes next; null when nothing came in this time. */
    @Nullable
    Event next(Duration wait) {
        try {
            return events.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.unavailable("shutting_down", "The server is stopping.", 5);
        }
    }

    private void run(int firstIndex, @Nullable Generation started) {
        int index = firstIndex;
        try {
            if (started != null) {
                drain(index, started);
            }
            for (var next = take(); next != null; next = take()) {
                index = next;
                var generation = start(index);
                if (generation == null) {
                    return;
                }
                drain(index, generation);
            }
            done();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            if (!closed) {
                tell(new Event(index, null, null, failure));
            }
        }
    }

    private synchronized @Nullable Integer take() {
        return closed ? null : waiting.poll();
    }

    private synchronized void done() {
        runners--;
    }

    /** Null when the server is full: the choice waits for a runner of this order that has a place already. */
    private @Nullable Generation start(int index) {
        try {
            return serving.start(tenant, others.request(index), this::requireOpen);
        } catch (Problem full) {
            synchronized (this) {
                if (full.status() != 503 || runners == 1) {
                    throw full;
                }
                runners--;
                waiting.addFirst(index);
                return null;
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw Problem.left("The order was given up.");
        }
    }

    private void drain(int index, Generation generation) throws InterruptedException {
        try (generation) {
            running.add(generation);
            while (!closed) {
                var piece = generation.next(LONGEST_WAIT);
                if (piece == null) {
                    break;
                }
                events.put(new Event(index, piece, null, null));
            }
            if (!closed) {
                events.put(new Event(index, null, generation.result(), null));
            }
        } finally {
            running.remove(generation);
        }
    }

    private void tell(Event event) {
        try {
            events.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops what still runs. */
    @Override
    public void close() {
        closed = true;
        running.forEach(Generation::close);
        // a runner that waits for its reader finds room, sees that it is closed, and ends
        events.clear();
    }
}
