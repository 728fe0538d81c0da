package dev.tenon.serving.labels;

import dev.tenon.core.Problem;
import dev.tenon.serving.Patience;
import dev.tenon.serving.engine.FairQueue;
import dev.tenon.serving.engine.Unanswered;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.EngineFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The one thread on which encoders compute. Whenever it is free, it takes of all that waits for one encoder as many texts as
 * a pass has room for, one after the other of whoever was served least, so that many texts of one request hold up nobody.
 */
public final class LabelLane implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final FairQueue<Asked> waiting = new FairQueue<>();
    private final Thread thread;
    private boolean stopping;
    private boolean computing;

    /** Starts the thread; the models of all requests must outlive their answers. */
    public LabelLane() {
        // libtorch keeps settings per thread, so this is a platform thread
        this.thread = Thread.ofPlatform().daemon().name("classifier").start(this::loop);
    }

    /**
     * The probabilities {@code [places · labels]} of each text, as they are for the request alone. When this returns,
     * nothing is computed with the request's tensors any more.
     *
     * @throws Problem 503 when the lane stops, or what {@code patience} throws
     */
    public List<float[]> tell(LabelRequest request, Patience patience) {
        var asked = new Asked(request);
        submit(asked);
        try {
            return asked.await(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw left(asked, Unanswered.stopping());
        } catch (RuntimeException impatient) {
            throw left(asked, impatient);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        }
    }

    private void submit(Asked asked) {
        lock.lock();
        try {
            if (stopping) {
                throw Unanswered.stopping();
            }
            if (asked.waits) {
                waiting.add(asked.request.tenant(), asked.request.adapter(), asked);
                work.signal();
            }
            asked.endIfDone();
        } finally {
            lock.unlock();
        }
    }

    /** Who asked is gone: what waits is dropped, what is being computed comes to its end. */
    private <E extends RuntimeException> E left(Asked asked, E why) {
        lock.lock();
        try {
            fail(asked, why);
            asked.endIfDone();
        } finally {
            lock.unlock();
        }
        asked.awaitEnd();
        return why;
    }

    private void fail(Asked asked, Throwable failure) {
        asked.failure = failure;
        if (asked.waits) {
            asked.waits = false;
            waiting.remove(asked.request.tenant(), asked.request.adapter(), asked);
        }
    }

    private void loop() {
        while (true) {
            var shares = take();
            if (shares.isEmpty()) {
                break;
            }
            compute(shares);
            settle(shares);
        }
    }

    /** What the next pass computes; waits until there is something, none when it is time to stop. */
    private List<Share> take() {
        lock.lock();
        try {
            while (!stopping && waiting.size() == 0) {
                work.awaitUninterruptibly();
            }
            if (stopping) {
                waiting.all().forEach(asked -> {
                    fail(asked, Unanswered.stopping());
                    asked.endIfDone();
                });
                return List.of();
            }
            computing = true;
            return fill(new PassRoom());
        } finally {
            lock.unlock();
        }
    }

    private List<Share> fill(PassRoom room) {
        var shares = new LinkedHashMap<Asked, Share>();
        while (takeOne(room, shares)) {
            // one text after the other, as each moves the turn
        }
        return List.copyOf(shares.values());
    }

    private boolean takeOne(PassRoom room, Map<Asked, Share> shares) {
        for (var asked : waiting.heads()) {
            if (room.takes(asked)) {
                var request = asked.request;
                if (!shares.containsKey(asked)) {
                    begin(asked);
                    shares.put(asked, new Share(asked, new ArrayList<>()));
                }
                waiting.charge(request.tenant(), request.adapter(), asked.nextLength());
                shares.get(asked).texts().add(asked.take());
                if (!asked.waits) {
                    waiting.remove(request.tenant(), request.adapter(), asked);
                }
                return true;
            }
        }
        return false;
    }

    private static void begin(Asked asked) {
        if (!asked.begun) {
            asked.request.listener().admitted(Duration.ofNanos(System.nanoTime() - asked.arrived));
        }
        asked.begun = true;
        asked.computed = true;
    }

    private void compute(List<Share> shares) {
        try {
            new LabelPass(shares).run();
        } catch (RuntimeException | Error e) {
            boolean memory = e instanceof EngineFailure engine && engine.outOfMemory();
            if (memory) {
                Engine.releaseCachedMemory();
            }
            if (shares.size() > 1) {
                // one request's adapter or head may be at fault: alone, only that one fails
                shares.forEach(share -> compute(List.of(share)));
            } else {
                giveUp(shares.getFirst().asked(), memory ? Unanswered.outOfMemory() : e);
            }
        }
    }

    private void giveUp(Asked asked, Throwable failure) {
        lock.lock();
        try {
            fail(asked, failure);
        } finally {
            lock.unlock();
        }
    }

    private void settle(List<Share> shares) {
        lock.lock();
        try {
            computing = false;
            for (var share : shares) {
                share.asked().computed = false;
                share.asked().endIfDone();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Requests with texts that no pass has taken; for tests. */
    int waiting() {
        return locked(waiting::size);
    }

    /** Whether a pass runs; for tests. */
    boolean isComputing() {
        return locked(() -> computing);
    }

    boolean isStopping() {
        return locked(() -> stopping);
    }

    private <T> T locked(Supplier<T> told) {
        lock.lock();
        try {
            return told.get();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread; requests that wait fail with a 503. */
    @Override
    public void close() {
        lock.lock();
        try {
            stopping = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
