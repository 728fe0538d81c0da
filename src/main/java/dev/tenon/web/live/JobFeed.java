package dev.tenon.web.live;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one job twice a second while somebody watches it, and keeps the newest updates for the watchers to fetch.
 * Watchers pull, so a slow one holds up nobody and costs no memory; one that falls too far behind catches up by itself.
 */
final class JobFeed {
    static final Duration PAUSE = Duration.ofMillis(500);
    private static final Logger log = LoggerFactory.getLogger(JobFeed.class);
    private static final int KEPT = 64;

    private final JobLook look;
    private final Deque<LiveUpdate> kept = new ArrayDeque<>();
    private long newest;
    private int watchers;
    private boolean closed;

    JobFeed(JobLook look) {
        this.look = look;
    }

    /** Joins; false when the feed has just ended and a new one is needed. */
    synchronized boolean join() {
        if (closed) {
            return false;
        }
        watchers++;
        if (watchers == 1) {
            Thread.ofVirtual().name("watch-" + look.jobId()).start(this::run);
        }
        return true;
    }

    synchronized void leave() {
        watchers--;
        if (watchers == 0) {
            close();
        }
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean closed() {
        return closed;
    }

    /**
     * The number of the newest update, once the feed has looked at the job for the first time: who reads the job's past
     * after this call, and then fetches from here, misses nothing.
     */
    synchronized long newest() throws InterruptedException {
        while (newest == 0 && !closed) {
            wait();
        }
        return newest;
    }

    /** The update after number {@code seen}; null when none came in time, or when the watcher must catch up. */
    synchronized @Nullable LiveUpdate await(long seen, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (newest <= seen && !closed) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return null;
            }
            wait(left);
        }
        return newest > seen && !fellBehind(seen)
                ? kept.stream().skip(kept.size() - (newest - seen)).findFirst().orElse(null)
                : null;
    }

    synchronized boolean fellBehind(long seen) {
        return newest - seen > kept.size();
    }

    private void run() {
        try {
            var before = look.catchUp(LiveCursor.START);
            var cursor = LiveCursor.START.after(before);
            begin();
            while (!closed() && !before.last()) {
                Thread.sleep(PAUSE);
                var update = look.next(cursor);
                if (news(before, update)) {
                    publish(update);
                }
                cursor = cursor.after(update);
                before = update;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The streams end, the browsers say "reconnecting" and come back: better than showing an old state as live.
            log.debug("Stopped watching {}", look.jobId(), e);
        } finally {
            close();
        }
    }

    private static boolean news(LiveUpdate before, LiveUpdate now) {
        return !now.job().equals(before.job())
                || !now.steps().isEmpty()
                || !now.events().isEmpty()
                || !now.evaluations().equals(before.evaluations());
    }

    private synchronized void begin() {
        newest = 1;
        notifyAll();
    }

    private synchronized void publish(LiveUpdate update) {
        kept.addLast(update);
        if (kept.size() > KEPT) {
            kept.removeFirst();
        }
        newest++;
        notifyAll();
    }
}
