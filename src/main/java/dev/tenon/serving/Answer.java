package dev.tenon.serving;

import dev.tenon.core.Problem;
import dev.tenon.serving.engine.TokenSink;
import dev.tenon.serving.engine.Unanswered;
import dev.tenon.tensor.EngineFailure;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One answer: the engine chooses its tokens here, its reader takes the pieces; what it holds is given back at its end. */
final class Answer implements Generation, TokenSink {
    /** What the engine hands over: a piece, or the end with its failure. */
    private record Event(@Nullable Piece piece, @Nullable RuntimeException failure) {}

    private final String model;
    private final int promptTokens;
    private final Row row;
    private final String fingerprint;
    private final Runnable release;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile boolean closed;
    private @Nullable Event peeked;

    Answer(String model, int promptTokens, Row row, String fingerprint, Runnable release) {
        this.model = model;
        this.promptTokens = promptTokens;
        this.row = row;
        this.fingerprint = fingerprint;
        this.release = release;
    }

    @Override
    public void accept(float[] logits) {
        events.add(new Event(row.accept(logits), null));
    }

    @Override
    public boolean takesLikeliest() {
        return row.takesLikeliest();
    }

    @Override
    public void accept(int likeliest) {
        events.add(new Event(row.accept(likeliest), null));
    }

    @Override
    public int last() {
        return row.last();
    }

    @Override
    public boolean finished() {
        return row.finished();
    }

    @Override
    public boolean abandoned() {
        return closed;
    }

    @Override
    public void end(@Nullable RuntimeException failure) {
        release.run();
        boolean full = failure instanceof EngineFailure engine && engine.outOfMemory();
        events.add(new Event(null, full ? Unanswered.outOfMemory() : failure));
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
            throw Unanswered.stopping();
        }
    }

    @Override
    public GenerationResult result() {
        return row.result(promptTokens, fingerprint);
    }

    @Override
    public String model() {
        return model;
    }

    @Override
    public int promptTokens() {
        return promptTokens;
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
