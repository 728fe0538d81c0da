package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.serving.engine.FairQueue;
import dev.tenon.serving.engine.Unanswered;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The few threads that load adapters, for which organisations take turns: whoever asks for thousands keeps nobody's single
 * one waiting behind all of them. Of one organisation first come is first served.
 */
final class LoadTurns implements Loaders, AutoCloseable {
    private static final String LANE = "";
    private static final int RETRY_SECONDS = 2;

    private final int mostWaiting;
    private final ExecutorService threads;
    private final FairQueue<Waiting> waiting = new FairQueue<>();
    private boolean closed;

    private record Waiting(String orgId, Load load, Asker asker) {}

    /**
     * @param loaders threads
     * @param mostWaiting loads that the requests of one organisation may have waiting
     */
    LoadTurns(String name, int loaders, int mostWaiting) {
        this.mostWaiting = mostWaiting;
        this.threads = Executors.newFixedThreadPool(
                loaders, Thread.ofPlatform().daemon().name(name + "-", 1).factory());
    }

    /**
     * Has something loaded when it is its organisation's turn.
     *
     * @throws Problem 429 with a time to wait where too many of a request's organisation wait, 503 at the end
     */
    @Override
    public Turn start(Subject subject, Load load, Asker asker) {
        var one = new Waiting(subject.asker(), load, asker);
        synchronized (waiting) {
            if (closed) {
                throw Unanswered.stopping();
            }
            if (asker.request()) {
                requirePlace(one.orgId());
            }
            waiting.add(one.orgId(), LANE, one);
            threads.execute(this::next);
        }
        return () -> giveBack(one);
    }

    private void giveBack(Waiting one) {
        synchronized (waiting) {
            if (waiting.all().contains(one)) {
                waiting.remove(one.orgId(), LANE, one);
            }
        }
    }

    private void requirePlace(String orgId) {
        long before = waiting.all().stream()
                .filter(one -> one.asker().request() && one.orgId().equals(orgId))
                .count();
        if (before >= mostWaiting) {
            throw new Problem(
                    429,
                    "rate_limit_error",
                    null,
                    "too_many_loads",
                    ("%d adapters of your organisation wait to be loaded already, as many as tenon.serving.loads-waiting"
                                    + " allows. Repeat the request shortly.")
                            .formatted(before),
                    Map.of("retry_after_seconds", RETRY_SECONDS));
        }
    }

    private void next() {
        Waiting one;
        synchronized (waiting) {
            var heads = waiting.heads();
            if (heads.isEmpty()) {
                return; // it was given up
            }
            one = heads.getFirst();
            waiting.charge(one.orgId(), LANE, 1);
            waiting.remove(one.orgId(), LANE, one);
        }
        one.load().run();
    }

    /** Loads that wait for a thread. */
    int size() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    /** What waits is given up. */
    @Override
    public void close() {
        List<Waiting> left;
        synchronized (waiting) {
            closed = true;
            left = waiting.all();
            left.forEach(one -> waiting.remove(one.orgId(), LANE, one));
            threads.shutdownNow();
        }
        left.forEach(one -> one.load().giveUp(Unanswered.stopping()));
    }
}
