package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tenon.core.Problem;
import dev.tenon.serving.deployment.Residence;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever leaves while what they asked for waits for its turn takes the turn along, and nobody else's. */
class LeavingTest {
    private final LoadTurns turns = new LoadTurns("test-loader", 1, 8);
    private final LeasedCache<AutoCloseable> cache =
            new LeasedCache<>(new Budget("adapter", "adapter-memory", 100), turns, CacheWatcher.NONE);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final List<String> loaded = new CopyOnWriteArrayList<>();
    private final AtomicBoolean left = new AtomicBoolean();
    private final Asker leaving = Asker.request(() -> {
        if (left.get()) {
            throw Problem.left("gone");
        }
    });

    @BeforeEach
    void theLoaderIsBusy() throws Exception {
        ask("busy", "other", Asker.REQUEST);
        begun.await();
    }

    @AfterEach
    void close() {
        gate.countDown();
        threads.close();
        turns.close();
    }

    @Test
    void theLastOneTakesTheLoadAlong() {
        var waits = ask("a", "org", leaving);
        await().until(() -> turns.size() == 1);
        left.set(true);
        assertThatThrownBy(waits::join).cause().isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.status()).isEqualTo(499);
            assertThat(problem.nobodyWaits()).isTrue();
        });
        assertThat(turns.size()).isZero();
        assertThat(cache.residents()).extracting(it -> it.subject().key()).containsExactly("busy");
        gate.countDown();
        ask("a", "org", Asker.REQUEST).join();
        assertThat(loaded).containsExactly("busy", "a");
    }

    @Test
    void whoeverStillWaitsKeepsTheirTurn() {
        var leaves = ask("a", "org", leaving);
        await().until(() -> turns.size() == 1);
        var colleague = ask("a", "org", Asker.REQUEST);
        var stranger = ask("a", "stranger", leaving);
        await().until(() -> turns.size() == 2 && cache.residents().stream().anyMatch(one -> one.leases() == 3));
        left.set(true);
        assertThatThrownBy(leaves::join).hasCauseInstanceOf(Problem.class);
        assertThatThrownBy(stranger::join).hasCauseInstanceOf(Problem.class);
        assertThat(turns.size()).as("the colleague's").isEqualTo(1);
        gate.countDown();
        assertThat(colleague.join()).isNotNull();
        assertThat(loaded).containsExactly("busy", "a");
    }

    @Test
    void aLoadThatHasBegunGoesOnWithoutWhoeverLeft() {
        var leaves = ask("busy", "org", leaving);
        await().until(() -> cache.residents().getFirst().leases() == 2);
        left.set(true);
        assertThatThrownBy(leaves::join).hasCauseInstanceOf(Problem.class);
        assertThat(cache.residents().getFirst().leases()).isEqualTo(1);
        gate.countDown();
        await().until(() -> loaded.equals(List.of("busy")));
    }

    private CompletableFuture<Lease<AutoCloseable>> ask(String key, String orgId, Asker asker) {
        var subject = Subject.of(key, Residence.Kind.ADAPTER, key, "base", orgId, key);
        return CompletableFuture.supplyAsync(
                () -> cache.lease(subject, 10, asker, room -> {
                    begun.countDown();
                    try {
                        gate.await();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                    loaded.add(key);
                    return new LeasedCache.Loaded<>(() -> {}, 10, Instant.EPOCH);
                }),
                threads);
    }
}
