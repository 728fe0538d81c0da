package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.tenon.core.Problem;
import dev.tenon.serving.deployment.Residence;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LeasedCacheTest {
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final LeasedCache<Thing> cache = new LeasedCache<>(
            new Budget("adapter", "adapter-memory", 100),
            (subject, load, asker) -> {
                Thread.ofVirtual().start(load);
                return Loaders.NONE;
            },
            new Listener());

    @Test
    void evictsTheLeastRecentlyUsedThatNobodyHolds() {
        var held = load("a", 40);
        load("b", 30).close();
        load("c", 30).close();
        cache.lease(subject("b"), 30, Asker.REQUEST, room -> {
                    throw new AssertionError("b was resident");
                })
                .close();
        var d = load("d", 30);
        assertThat(cache.residents()).extracting(it -> it.subject().key()).containsExactlyInAnyOrder("a", "b", "d");
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
                    .mapToObj(i -> threads.submit(() -> cache.lease(subject("a"), 10, Asker.REQUEST, room -> {
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
        assertThatThrownBy(() -> cache.lease(subject("a"), 50, Asker.REQUEST, room -> {
                    throw new IllegalStateException("broken file");
                }))
                .hasMessage("broken file");
        assertThat(cache.usedBytes()).isZero();
        assertThat(load("a", 100).value().closed).isFalse();
    }

    @Test
    void whatIsPinnedStaysAndIsNoRunningRequest() {
        var pin = load("a", 60).pin();
        assertThat(cache.residents().getFirst().leases()).isZero();
        assertThat(cache.pinnedBytes()).isEqualTo(60);
        assertThatThrownBy(() -> load("b", 50)).isInstanceOf(Problem.class);
        pin.close();
        load("b", 50).close();
        assertThat(pin.value().closed).isTrue();
        assertThat(cache.pinnedBytes()).isZero();
    }

    @Test
    void whatIsForgottenGoesWithItsLastLease() {
        assertThat(cache.pinned(subject("a"))).isNull();
        load("a", 60).close();
        assertThat(cache.pinned(subject("a"))).isNull();
        var pin = load("a", 60).pin();
        var used = java.util.Objects.requireNonNull(cache.pinned(subject("a")));
        cache.forget("a");
        pin.close();
        cache.forget("a");
        assertThat(cache.pinned(subject("a"))).isNull();
        assertThat(used.value().closed).isFalse();
        used.close();
        assertThat(used.value().closed).isTrue();
        assertThat(cache.usedBytes()).isZero();
    }

    @Test
    void aLoaderThatNeedsMoreMakesRoomOrIsRefused() {
        load("a", 60).close();
        var grown = cache.lease(subject("b"), 10, Asker.REQUEST, room -> {
            room.resize(80);
            return new LeasedCache.Loaded<>(new Thing(), 80, Instant.EPOCH);
        });
        assertThat(cache.usedBytes()).isEqualTo(80);
        assertThatThrownBy(() -> cache.lease(subject("c"), 10, Asker.REQUEST, room -> {
                    room.resize(101);
                    throw new AssertionError("there was room");
                }))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo("too_large_to_serve"));
        grown.close();
        assertThat(cache.usedBytes()).isEqualTo(80);
        assertThat(heard)
                .containsExactly("loading a", "ready a", "loading b", "gone a", "ready b", "loading c", "failed c");
    }

    @Test
    void everyOrganisationSeesItByTheNamesThatItUses() {
        load("a", 10);
        for (var asked : List.of("org2 theirs@1", "org1 copy@3", "org1 a@1")) {
            int space = asked.indexOf(' ');
            var named = Subject.of(
                    "a", Residence.Kind.ADAPTER, "a", "base", asked.substring(0, space), asked.substring(space + 1));
            cache.lease(named, 10, Asker.REQUEST, room -> {
                throw new AssertionError("a was resident");
            });
        }
        assertThat(cache.residents().getFirst().told())
                .extracting(Residence::orgId, Residence::name)
                .containsExactlyInAnyOrder(tuple("org1", "a@1"), tuple("org1", "copy@3"), tuple("org2", "theirs@1"));
    }

    private static Subject subject(String key) {
        return Subject.of(key, Residence.Kind.ADAPTER, key, "base", "org1", key + "@1");
    }

    private final class Listener implements CacheWatcher {
        @Override
        public void loading(Subject subject) {
            heard.add("loading " + subject.key());
        }

        @Override
        public void ready(Subject subject, long bytes) {
            heard.add("ready " + subject.key());
        }

        @Override
        public void failed(Subject subject, Throwable failure) {
            heard.add("failed " + subject.key());
        }

        @Override
        public void gone(Subject subject) {
            heard.add("gone " + subject.key());
        }
    }

    private Lease<Thing> load(String key, long bytes) {
        return cache.lease(
                subject(key),
                bytes,
                Asker.REQUEST,
                room -> new LeasedCache.Loaded<>(new Thing(), bytes, Instant.EPOCH));
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
