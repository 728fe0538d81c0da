package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Hooks;
import dev.tenon.model.KvCache;
import dev.tenon.tensor.EngineFailure;
import dev.tenon.tensor.Scope;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One answer: a lane produces its pieces, its reader takes them; what it holds is given back once, at its end. */
final class Answer implements Generation, Runnable {
    /** What the lane hands over: a piece, or the end with its failure. */
    private record Event(@Nullable Piece piece, @Nullable RuntimeException failure) {}

    private final CausalModel model;
    private final Hooks hooks;
    private final int[] prompt;
    private final int maxTokens;
    private final Row row;
    private final String fingerprint;
    private final Runnable release;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile boolean closed;
    private @Nullable Event peeked;

    Answer(CausalModel model, Hooks hooks, PromptTokens tokens, Row row, String fingerprint, Runnable release) {
        this.model = model;
        this.hooks = hooks;
        this.prompt = tokens.ids();
        this.maxTokens = tokens.maxTokens();
        this.row = row;
        this.fingerprint = fingerprint;
        this.release = release;
    }

    /** Generates to the end, or until the reader has gone. */
    @Override
    public void run() {
        RuntimeException failure = null;
        try {
            if (!closed) {
                generate();
            }
        } catch (EngineFailure e) {
            failure = e.outOfMemory()
                    ? Problem.unavailable("out_of_memory", "The server has no memory left for this request.", 5)
                    : e;
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            release.run();
            events.add(new Event(null, failure));
        }
    }

    private void generate() {
        try (var scope = Scope.open();
                var cache = model.cache(1, prompt.length + maxTokens)) {
            long[] tokens = Arrays.stream(prompt).asLongStream().toArray();
            while (!row.finished() && !closed) {
                events.add(new Event(row.accept(logits(tokens, cache)), null));
                tokens = new long[] {row.last()};
            }
        }
    }

    private float[] logits(long[] tokens, KvCache cache) {
        try (var step = Scope.open()) {
            return model.step(new int[] {0}, new long[][] {tokens}, cache, hooks)
                    .toFloats();
        }
    }

    @Override
    public @Nullable Piece next(Duration wait) {
        var event = peeked != null ? peeked : poll(wait);
        if (event == null) {
            throw Problem.unavailable(
                    "generation_timeout", "No token came within %d s.".formatted(wait.toSeconds()), 5);
        }
        if (event.failure() != null) {
            throw event.failure();
        }
        // The end stays, so that asking again gives the same answer.
        peeked = event.piece() == null ? event : null;
        return event.piece();
    }

    @Override
    public boolean ready(Duration wait) {
        if (peeked == null) {
            peeked = poll(wait);
        }
        return peeked != null;
    }

    private @Nullable Event poll(Duration wait) {
        try {
            return events.poll(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.unavailable("shutting_down", "The server is stopping.", 5);
        }
    }

    @Override
    public GenerationResult result() {
        return row.result(prompt.length, fingerprint);
    }

    @Override
    public int promptTokens() {
        return prompt.length;
    }

    @Override
    public String systemFingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        closed = true;
    }
}
