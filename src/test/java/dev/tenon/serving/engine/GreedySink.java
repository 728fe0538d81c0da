package dev.tenon.serving.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes the likeliest token each time and remembers the logits, unless it only wants to hear the token. */
final class GreedySink implements TokenSink {
    final List<Integer> tokens = new ArrayList<>();
    final List<float[]> logits = new ArrayList<>();
    volatile boolean abandoned;
    volatile @Nullable RuntimeException failure;
    private final int count;
    private final boolean blind;
    private final CountDownLatch ended = new CountDownLatch(1);

    GreedySink(int count) {
        this(count, false);
    }

    GreedySink(int count, boolean blind) {
        this.count = count;
        this.blind = blind;
    }

    @Override
    public boolean takesLikeliest() {
        return blind;
    }

    @Override
    public void accept(int likeliest) {
        tokens.add(likeliest);
    }

    @Override
    public void accept(float[] row) {
        logits.add(row.clone());
        tokens.add(largest(row));
    }

    static int largest(float[] row) {
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            best = row[i] > row[best] ? i : best;
        }
        return best;
    }

    @Override
    public int last() {
        return tokens.getLast();
    }

    @Override
    public boolean finished() {
        return tokens.size() == count;
    }

    @Override
    public boolean abandoned() {
        return abandoned;
    }

    @Override
    public void end(@Nullable RuntimeException why) {
        failure = why;
        ended.countDown();
    }

    /** Waits for the end, which must come. */
    GreedySink await() {
        try {
            if (!ended.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("No end within 60 s after %d tokens".formatted(tokens.size()));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return this;
    }
}
