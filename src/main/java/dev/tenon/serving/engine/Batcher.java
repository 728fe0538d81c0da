package dev.tenon.serving.engine;

import dev.tenon.core.Problem;
import dev.tenon.model.CausalModel;
import dev.tenon.model.KvCache;
import dev.tenon.model.PageUse;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Uploads;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decode loop of one resident model: continuous batching (Yu et al. 2022, Orca). A request joins and leaves between
 * any two steps; each step takes the next token of every running row and a bounded part of the prompts that are still
 * being read, of any adapters together.
 */
public final class Batcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

    /** Who computes all the time must not keep those waiting who only need to be told that there is no place. */
    private static final int BEHIND_HTTP = 5;

    private final CausalModel model;
    private final EngineSettings settings;
    private final EngineListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final FairQueue<ActiveRow> waiting = new FairQueue<>();
    private final KvCache cache;
    private final RunningRows running;
    private final StepRunner steps;
    private final Thread thread;
    private boolean stopping;

    /** Whether other requests wait than those whose adapters were brought ahead. */
    private boolean othersWait;

    /** Who came first of those that wait; null where that must be looked for again. Whoever comes is never it. */
    private @Nullable ActiveRow oldest;

    /** Starts the loop; the model must outlive it. */
    public Batcher(CausalModel model, EngineSettings settings, EngineListener listener, String name) {
        this(model, settings, listener, name, ended -> Uploads.to(model.device(), ended));
    }

    /** @param uploads of adapters to the device, which call what they are given whenever one has ended */
    Batcher(
            CausalModel model,
            EngineSettings settings,
            EngineListener listener,
            String name,
            Function<Runnable, @Nullable Uploads> uploads) {
        this.model = model;
        this.settings = settings;
        this.listener = listener;
        this.cache = model.cache(settings.rows(), model.config().maxPositions(), settings.pages(model));
        this.running = new RunningRows(model, cache, settings, listener, uploads.apply(this::wake));
        this.steps = new StepRunner(model, cache, running, listener, settings);
        // libtorch keeps settings per thread, so this is a platform thread
        this.thread = Thread.ofPlatform().daemon().name("decode-" + name).start(this::loop);
    }

    /**
     * Takes a request; its tokens go to its sink.
     *
     * @throws Problem 503 when the queue is full or the engine stops, 400 when it could never fit
     */
    public void submit(EngineRequest request) {
        requireFitting(request);
        lock.lock();
        try {
            if (stopping) {
                throw Unanswered.stopping();
            }
            if (waiting.size() >= settings.queue()) {
                throw Problem.unavailable(
                        "server_overloaded",
                        "The server is busy: %d requests are waiting. Repeat the request shortly."
                                .formatted(waiting.size()),
                        1);
            }
            waiting.add(request.tenant(), request.adapter().key(), new ActiveRow(request));
            othersWait = true;
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        lock.lock();
        try {
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void requireFitting(EngineRequest request) {
        int most = Math.min(cache.capacity(), cache.memory().pool().total() * KvCache.PAGE);
        if (request.longest() > most) {
            throw Problem.invalid(
                    "max_tokens",
                    "context_length_exceeded",
                    "Prompt, answer and prefix come to %d tokens; this server keeps at most %d of one sequence."
                            .formatted(request.longest(), most));
        }
        if (!running.couldHold(request.adapter())) {
            throw Problem.invalid(
                    "model",
                    "too_large_to_serve",
                    ("This adapter needs %d bytes on the device, which has %d for adapters beside one longest text. Raise"
                                    + " 'tenon.serving.adapter-memory' or take a smaller adapter.")
                            .formatted(request.adapter().bytes(), running.mostAdapterBytes()));
        }
    }

    /** Pages that nobody holds or that are only kept until they are needed; for tests and reports. */
    public int freePages() {
        return running.freePages();
    }

    public int totalPages() {
        return cache.memory().pool().total();
    }

    private void loop() {
        Engine.stepBack(BEHIND_HTTP);
        try {
            while (true) {
                running.dropAbandoned();
                steps.forgetEnded();
                if (!admit()) {
                    break;
                }
                if (!running.isEmpty()) {
                    charge(steps.run());
                    running.report();
                }
            }
            running.failAll(Unanswered.stopping());
        } catch (RuntimeException | Error e) {
            LOG.error("The decode loop ended", e);
            running.failAll(new IllegalStateException("The decode loop ended", e));
            throw e;
        } finally {
            endWaiting();
            steps.close();
            running.close();
            cache.close();
            listener.pages(PageUse.NONE);
            listener.ranks(0, 0);
            listener.waiting(0, 0);
        }
    }

    /** Lets waiting requests join, or sleeps until there is something to do; false when it is time to stop. */
    private boolean admit() {
        List<ActiveRow> gone = new ArrayList<>();
        boolean go;
        lock.lock();
        try {
            gone.addAll(takeAbandoned());
            joinAll();
            while (!stopping && running.isEmpty() && gone.isEmpty()) {
                work.awaitUninterruptibly();
                gone.addAll(takeAbandoned());
                joinAll();
            }
            go = !stopping;
            reportWaiting();
        } finally {
            lock.unlock();
        }
        gone.forEach(row -> row.request.sink().end(null));
        return go;
    }

    private List<ActiveRow> takeAbandoned() {
        var gone = waiting.take(row -> row.request.sink().abandoned());
        if (gone.contains(oldest)) {
            oldest = null;
        }
        return gone;
    }

    private void joinAll() {
        while (!stopping && running.hasPlace() && joinNext()) {
            othersWait = true;
        }
        if (othersWait && running.canPrepare() && !running.hasPlace()) {
            othersWait = false;
            running.prepare(waiting.heads());
        }
    }

    /** The fairest candidate that fits joins; one that was passed over often for lack of room holds all others back. */
    private boolean joinNext() {
        for (ActiveRow row : waiting.heads()) {
            var request = row.request;
            var join = running.tryJoin(row);
            if (join == RunningRows.Join.RUNS) {
                waiting.remove(request.tenant(), request.adapter().key(), row);
                oldest = row == oldest ? null : oldest;
                waiting.charge(request.tenant(), request.adapter().key(), row.left());
                listener.admitted(java.time.Duration.ofNanos(System.nanoTime() - row.arrived));
                return true;
            }
            if (join == RunningRows.Join.NO_ROOM && ++row.passedOver > RunningRows.MOST_PASSED_OVER) {
                return false;
            }
        }
        return false;
    }

    private void charge(List<ActiveRow> displaced) {
        lock.lock();
        try {
            running.rows()
                    .forEach(row -> waiting.charge(
                            row.request.tenant(), row.request.adapter().key(), 1));
            displaced.forEach(row ->
                    waiting.putBack(row.request.tenant(), row.request.adapter().key(), row));
            oldest = displaced.isEmpty() ? oldest : null;
        } finally {
            lock.unlock();
        }
    }

    private void reportWaiting() {
        if (oldest == null) {
            oldest = waiting.all().stream()
                    .min(Comparator.comparingLong(row -> row.arrived))
                    .orElse(null);
        }
        listener.waiting(waiting.size(), oldest == null ? 0 : oldest.arrived);
    }

    private void endWaiting() {
        List<ActiveRow> left;
        lock.lock();
        try {
            stopping = true;
            left = waiting.all();
            left.forEach(row ->
                    waiting.remove(row.request.tenant(), row.request.adapter().key(), row));
        } finally {
            lock.unlock();
        }
        left.forEach(row -> row.request.sink().end(Unanswered.stopping()));
    }

    /** Ends the loop; requests that are inside fail with a 503. */
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
