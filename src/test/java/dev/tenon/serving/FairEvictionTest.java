package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import dev.tenon.serving.deployment.Residence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One organisation's cold adapters neither keep another's load waiting nor push its hot ones out. */
class FairEvictionTest {
    private static final int BUDGET = 100;

    private long now;
    private final LeasedCache<Thing> cache = new LeasedCache<>(
            new Budget("adapter", "adapter-memory", BUDGET),
            (subject, load, asker) -> {
                Thread.ofVirtual().start(load);
                return Loaders.NONE;
            },
            CacheWatcher.NONE,
            () -> now);

    @Test
    void aFloodOfColdAdaptersPushesOutOnlyItsOwn() {
        load("b", "hot", 20).close();
        for (int i = 0; i < 1000; i++) {
            load("a", "cold" + i, 10).close();
            pass(Duration.ofMillis(50));
            if (i % 100 == 0) {
                load("b", "hot", 20).close(); // now and then it is asked for, which is enough
            }
        }
        assertThat(keys()).contains("hot").hasSize(9);
    }

    @Test
    void whoHoldsMoreThanAShareInRunningRequestsIsRefusedBeforeAnothersHotAdapterGoes() {
        load("b", "hot", 20).close();
        var running =
                IntStream.range(0, 8).mapToObj(i -> load("a", "runs" + i, 10)).toList();
        assertThatThrownBy(() -> load("a", "more", 10))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo("memory_busy"));
        assertThat(keys()).contains("hot");
        // b is within its share, and a's oldest idle one goes for it
        running.getFirst().close();
        load("b", "second", 10).close();
        assertThat(keys()).contains("hot", "second").doesNotContain("runs0");
        // what b has not used for a while is no longer worth keeping
        pass(FairEviction.COLD.plusSeconds(1));
        load("a", "more", 10).close();
        assertThat(keys()).contains("more").doesNotContain("hot");
    }

    @Test
    void whoIsWithinItsShareMayTakeOthersIdleOnesWhenNothingElseIsLeft() {
        var running =
                IntStream.range(0, 6).mapToObj(i -> load("a", "runs" + i, 10)).toList();
        load("b", "b1", 20).close();
        load("c", "c1", 20).close();
        // shares are 33: a is over it but everything of it runs
        load("c", "c2", 10).close();
        assertThat(keys()).contains("c1", "c2").doesNotContain("b1");
        running.forEach(Lease::close);
    }

    @Test
    void whoIsAbsentHasNoShare() {
        load("b", "b1", 50).close();
        pass(FairEviction.ABSENT.plusSeconds(1));
        load("a", "a1", 50).close();
        load("a", "a2", 50).close();
        assertThat(keys()).containsExactlyInAnyOrder("a1", "a2");
    }

    @Test
    void whatIsSharedStaysAsLongAsOneOfItsOwnersIsWithinItsShare() {
        load("a", "common", 10).close();
        load("b", "common", 10).close();
        for (int i = 0; i < 30; i++) {
            load("a", "cold" + i, 10).close();
        }
        assertThat(keys()).contains("common");
    }

    @Test
    void thousandsThatWaitKeepASingleLoadWaitingForAFewOnly() throws Exception {
        var order = new CopyOnWriteArrayList<String>();
        var gate = new CountDownLatch(1);
        var waiting = new CountDownLatch(1);
        var turns = new LoadTurns("test-loader", 1, 5000);
        var fair = new LeasedCache<Thing>(new Budget("adapter", "adapter-memory", 1 << 20), turns, CacheWatcher.NONE);
        try (turns;
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = new ArrayList<java.util.concurrent.Future<?>>();
            for (int i = 0; i < 2000; i++) {
                var subject = subject("a", "cold" + i);
                tasks.add(threads.submit(() -> lease(fair, subject, order, waiting, gate)));
            }
            waiting.await();
            while (turns.size() < 1999) {
                Thread.sleep(5);
            }
            tasks.add(threads.submit(() -> lease(fair, subject("b", "single"), order, waiting, gate)));
            // what somebody else waits for in its own line, too
            tasks.add(threads.submit(() -> lease(fair, subject("c", "cold1500"), order, waiting, gate)));
            while (turns.size() < 2001) {
                Thread.sleep(5);
            }
            gate.countDown();
            for (var task : tasks) {
                task.get();
            }
        }
        // each round has one of every organisation, after the one that had begun
        assertThat(order.indexOf("single")).isLessThanOrEqualTo(3);
        assertThat(order.indexOf("cold1500")).isLessThanOrEqualTo(3);
        assertThat(order).hasSize(2001).doesNotHaveDuplicates();
    }

    private static void lease(
            LeasedCache<Thing> cache,
            Subject subject,
            List<String> order,
            CountDownLatch waiting,
            CountDownLatch gate) {
        cache.lease(subject, 10, Asker.REQUEST, room -> {
                    order.add(subject.key());
                    waiting.countDown();
                    try {
                        gate.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return new LeasedCache.Loaded<>(new Thing(), 10, Instant.EPOCH);
                })
                .close();
    }

    private List<String> keys() {
        return cache.residents().stream().map(it -> it.subject().key()).toList();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private Lease<Thing> load(String orgId, String key, long bytes) {
        return cache.lease(
                subject(orgId, key),
                bytes,
                Asker.REQUEST,
                room -> new LeasedCache.Loaded<>(new Thing(), bytes, Instant.EPOCH));
    }

    private static Subject subject(String orgId, String key) {
        return Subject.of(key, Residence.Kind.ADAPTER, key, "base", orgId, key + "@1");
    }

    private static final class Thing implements AutoCloseable {
        @Override
        public void close() {}
    }
}
