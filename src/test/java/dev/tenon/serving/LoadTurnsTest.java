package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.core.Problem;
import dev.tenon.serving.deployment.Residence;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** However many loads one organisation has waiting, another's begins after a fixed number of them. */
class LoadTurnsTest {
    private static final int LOADERS = 2;
    private static final int MOST_WAITING = 8;

    private final LoadTurns turns = new LoadTurns("test-loader", LOADERS, MOST_WAITING);
    private final List<String> begun = new CopyOnWriteArrayList<>();
    private final List<String> givenUp = new CopyOnWriteArrayList<>();
    private final Semaphore occupied = new Semaphore(0);
    private final CountDownLatch gate = new CountDownLatch(1);

    @AfterEach
    void close() {
        gate.countDown();
        turns.close();
    }

    @Test
    void aSingleLoadBeginsAfterAFixedNumberOfAnothersThousand() throws Exception {
        try (var one = new LoadTurns("test-loader", 1, MOST_WAITING)) {
            var done = new CountDownLatch(1001);
            for (int i = 0; i < 1000; i++) {
                one.start(subject("flood", i), load("flood " + i, done), Asker.WISH);
            }
            occupied.acquire();
            one.start(subject("single", 0), load("single", done), Asker.REQUEST);
            gate.countDown();
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        }
        // after the one that had begun, and at most one whose turn it was as well
        assertThat(begun.indexOf("single")).isLessThanOrEqualTo(2);
        assertThat(begun).hasSize(1001);
    }

    @Test
    void organisationsTakeTurnsAndEachIsServedInOrder() throws Exception {
        try (var one = new LoadTurns("test-loader", 1, 100)) {
            var done = new CountDownLatch(13);
            one.start(subject("first", 0), load("first", done), Asker.REQUEST);
            occupied.acquire();
            for (var org : List.of("a", "b", "c")) {
                for (int i = 0; i < 4; i++) {
                    one.start(subject(org, i), load(org + i, done), Asker.REQUEST);
                }
            }
            gate.countDown();
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        }
        for (int round = 0; round < 4; round++) {
            int number = round;
            assertThat(begun.subList(1 + 3 * round, 4 + 3 * round))
                    .containsExactlyInAnyOrder("a" + number, "b" + number, "c" + number);
        }
    }

    @Test
    void moreThanTheBoundOfOneOrganisationIsRefusedWithAWait() throws Exception {
        var done = new CountDownLatch(100);
        for (int i = 0; i < LOADERS; i++) {
            turns.start(subject("greedy", i), load("greedy " + i, done), Asker.REQUEST);
        }
        occupied.acquire(LOADERS);
        for (int i = 0; i < MOST_WAITING; i++) {
            turns.start(subject("greedy", i), load("greedy waits " + i, done), Asker.REQUEST);
        }
        assertThatThrownBy(() -> turns.start(subject("greedy", 99), load("too many", done), Asker.REQUEST))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.status()).isEqualTo(429);
                    assertThat(problem.code()).isEqualTo("too_many_loads");
                    assertThat(problem.details()).containsKey("retry_after_seconds");
                });
        turns.start(subject("modest", 0), load("modest", done), Asker.REQUEST);
        turns.start(subject("greedy", 99), load("wished", done), Asker.WISH);
        assertThat(turns.size()).isEqualTo(MOST_WAITING + 2);
    }

    @Test
    void whatWaitsAtTheEndIsGivenUp() throws Exception {
        var names = new ArrayList<String>();
        for (int i = 0; i < LOADERS + 3; i++) {
            turns.start(subject("org", i), load("load " + i, new CountDownLatch(99)), Asker.REQUEST);
            names.add("load " + i);
        }
        occupied.acquire(LOADERS);
        turns.close();
        assertThat(givenUp).containsExactlyInAnyOrderElementsOf(names.subList(LOADERS, names.size()));
        assertThatThrownBy(() -> turns.start(subject("org", 9), load("late", new CountDownLatch(1)), Asker.WISH))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.status()).isEqualTo(503));
    }

    private Loaders.Load load(String name, CountDownLatch done) {
        return new Loaders.Load() {
            @Override
            public void run() {
                begun.add(name);
                occupied.release();
                try {
                    gate.await();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
                done.countDown();
            }

            @Override
            public void giveUp(RuntimeException why) {
                givenUp.add(name);
            }
        };
    }

    private static Subject subject(String orgId, int number) {
        var key = orgId + number;
        return Subject.of(key, Residence.Kind.ADAPTER, key, "base", orgId, key + "@1");
    }
}
