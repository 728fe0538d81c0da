package dev.tenon.bench;

import dev.tenon.serving.engine.Batcher;
import dev.tenon.serving.engine.EngineAdapter;
import dev.tenon.serving.engine.EngineListener;
import dev.tenon.serving.engine.EngineRequest;
import dev.tenon.serving.engine.TokenSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Requests of random prompts that all come at once, and what the engine's steps then take. */
final class ServeLoad implements EngineListener {
    private final List<Double> steps = new ArrayList<>();
    private final Random random = new Random(1);
    private int widest;
    private int mostAdapters;

    /**
     * What a load came to.
     *
     * @param steps milliseconds of every step, in order
     * @param seconds from the first request to the last token
     */
    record Outcome(List<Double> steps, double seconds, int widest, int mostAdapters) {}

    @Override
    public void step(Duration took, int rows, int tokens, int adapters) {
        steps.add(took.toNanos() / 1e6);
        widest = Math.max(widest, rows);
        mostAdapters = Math.max(mostAdapters, adapters);
    }

    /** Sends one request for each entry of {@code chosen}, with a prompt that nobody has seen, and waits for all of them. */
    Outcome run(Batcher engine, List<EngineAdapter> chosen, int prompt, int fresh, int vocabulary) {
        steps.clear();
        var ended = new CountDownLatch(chosen.size());
        var failure = new AtomicReference<@Nullable RuntimeException>();
        long begin = System.nanoTime();
        for (int i = 0; i < chosen.size(); i++) {
            int[] ids = random.ints(prompt, 0, vocabulary).toArray();
            var sink = new Greedy(fresh, ended, failure);
            engine.submit(new EngineRequest(
                    ids, fresh, chosen.get(i), "bench", chosen.get(i).key(), sink));
        }
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        return new Outcome(List.copyOf(steps), (System.nanoTime() - begin) / 1e9, widest, mostAdapters);
    }

    /** Takes the likeliest token until there are enough. */
    private static final class Greedy implements TokenSink {
        private final int wanted;
        private final CountDownLatch ended;
        private final AtomicReference<@Nullable RuntimeException> failure;
        private int count;
        private int last;

        Greedy(int wanted, CountDownLatch ended, AtomicReference<@Nullable RuntimeException> failure) {
            this.wanted = wanted;
            this.ended = ended;
            this.failure = failure;
        }

        @Override
        public boolean takesLikeliest() {
            return true;
        }

        @Override
        public void accept(int likeliest) {
            last = likeliest;
            count++;
        }

        @Override
        public void accept(float[] logits) {
            throw new IllegalStateException("The likeliest token was asked for");
        }

        @Override
        public int last() {
            return last;
        }

        @Override
        public boolean finished() {
            return count == wanted;
        }

        @Override
        public boolean abandoned() {
            return false;
        }

        @Override
        public void end(@Nullable RuntimeException why) {
            failure.compareAndSet(null, why);
            ended.countDown();
        }
    }
}
