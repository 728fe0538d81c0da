package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeasedCacheTest {
    private final LeasedCache<Thing> cache =
            new LeasedCache<>("adapter", 100, task -> Thread.ofVirtual().start(task));

    @Test
    void evictsTheLeastRecentlyUsedThatNobodyHolds() {
        var held = load("a", 40);
        load("b", 30).close();
        load("c", 30).close();
        cache.lease("b", 30, () -> {
                    throw new AssertionError("b was resident");
                })
                .close();
        var d = load("d", 30);
        assertThat(cache.residents()).extracting(LeasedCache.Residence::key).containsExactlyInAnyOrder("a", "b", "d");
        assertThat(held.value().closed).isFalse();
        assertThat(cache.usedBytes()).isEqualTo(100);
        assertThat(d.value().closed).isFalse();
    }

    @Test
    void refusesWhenEverythingIsInUseInsteadOfPassingTheBudget() {
        var held = load("a", 90);
        assertThatThrownBy(() -> load("b", 20)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(503);
            assertThat(problem.details()).containsKey("retry_after_seconds");
        });
        held.close();
        assertThat(load("b", 20).value().closed).isFalse();
        assertThat(held.value().closed).isTrue();
    }

    @Test
    void loadsOnceForManyAskers() throws Exception {
        var loads = new AtomicInteger();
        var ready = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = java.util.stream.IntStream.range(0, 50)
                    .mapToObj(i -> threads.submit(() -> cache.lease("a", 10, () -> {
                        loads.incrementAndGet();
                        await(ready);
                        return new LeasedCache.Loaded<>(new Thing(), 10, Instant.EPOCH);
                    })))
                    .toList();
            ready.countDown();
            for (var task : tasks) {
                assertThat(task.get().value()).isSameAs(tasks.getFirst().get().value());
            }
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void aFailedLoadLeavesNothingBehind() {
        assertThatThrownBy(() -> cache.lease("a", 50, () -> {
                    throw new IllegalStateException("broken file");
                }))
                .hasMessage("broken file");
        assertThat(cache.usedBytes()).isZero();
        assertThat(load("a", 100).value().closed).isFalse();
    }

    private Lease<Thing> load(String key, long bytes) {
        return cache.lease(key, bytes, () -> new LeasedCache.Loaded<>(new Thing(), bytes, Instant.EPOCH));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Thing implements AutoCloseable {
        private volatile boolean closed;

        @Override
        public void close() {
            closed = true;
        }
    }
}
