package dev.tenon.bench;

import com.sun.management.ThreadMXBean;
import dev.tenon.serving.engine.Batcher;
import dev.tenon.serving.engine.EngineAdapter;
import dev.tenon.serving.engine.EngineListener;
import dev.tenon.serving.engine.EngineRequest;
import dev.tenon.serving.engine.TokenSink;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Requests that all come at once, and what the engine's steps then take. */
final class ServeLoad implements EngineListener {
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private final List<Double> steps = new ArrayList<>();
    private final List<Long> heap = new ArrayList<>();
    private long allocated;
    private int widest;
    private int mostAdapters;
    private int tried;
    private int right;

    /**
     * What a load came to.
     *
     * @param steps milliseconds of every step, in order
     * @param heap bytes of the Java heap that the engine's thread took from one step to the next, in order
     * @param seconds from the first request to the last token
     * @param tokens of all answers
     * @param tried tokens that were tried out ahead
     * @param right those of them that the answers have
     */
    record Outcome(
            List<Double> steps,
            List<Long> heap,
            double seconds,
            int widest,
            int mostAdapters,
            int tokens,
            int tried,
            int right) {}

    @Override
    public void step(Duration took, int rows, int tokens, int adapters) {
        steps.add(took.toNanos() / 1e6);
        long now = THREADS.getCurrentThreadAllocatedBytes();
        heap.add(now - allocated);
        allocated = now;
        widest = Math.max(widest, rows);
        mostAdapters = Math.max(mostAdapters, adapters);
    }

    @Override
    public void drafted(int tokens, int wereRight) {
        tried += tokens;
        right += wereRight;
    }

    /**
     * Sends one request for each entry of {@code chosen} and waits for all of them.
     *
     * @param fresh tokens of each answer
     */
    Outcome run(Batcher engine, List<EngineAdapter> chosen, ServePrompts prompts, int[] fresh) {
        steps.clear();
        heap.clear();
        tried = 0;
        right = 0;
        var sinks = new ArrayList<Greedy>();
        var ids = prompts.ids();
        var ended = new CountDownLatch(chosen.size());
        var failure = new AtomicReference<@Nullable RuntimeException>();
        long begin = System.nanoTime();
        for (int i = 0; i < chosen.size(); i++) {
            var sink = new Greedy(fresh[i], prompts.stops(), ended, failure);
            sinks.add(sink);
            engine.submit(new EngineRequest(
                    ids.get(i), fresh[i], chosen.get(i), "bench", chosen.get(i).key(), sink));
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
        double seconds = (System.nanoTime() - begin) / 1e9;
        int tokens = sinks.stream().mapToInt(sink -> sink.count).sum();
        return new Outcome(List.copyOf(steps), List.copyOf(heap), seconds, widest, mostAdapters, tokens, tried, right);
    }

    /** Takes the likeliest token until there are enough, or one that ends the answer. */
    private static final class Greedy implements TokenSink {
        private final int wanted;
        private final Set<Integer> stops;
        private final CountDownLatch ended;
        private final AtomicReference<@Nullable RuntimeException> failure;
        private int count;
        private int last;

        Greedy(
                int wanted,
                Set<Integer> stops,
                CountDownLatch ended,
                AtomicReference<@Nullable RuntimeException> failure) {
            this.wanted = wanted;
            this.stops = stops;
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
            return count == wanted || stops.contains(last);
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
