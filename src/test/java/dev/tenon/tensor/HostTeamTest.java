package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HostTeamTest {
    private final HostTeam team = new HostTeam();

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    private record Counting(AtomicInteger begun, AtomicInteger finished, AtomicInteger early) implements HostTeam.Work {
        Counting() {
            this(new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
        }

        @Override
        public void begin(int thread, int threads) {
            begun.addAndGet(1 << thread);
        }

        @Override
        public void finish(int thread, int threads) {
            if (begun.get() != (1 << threads) - 1) {
                early.incrementAndGet();
            }
            finished.addAndGet(1 << thread);
        }
    }

    @Test
    void secondPartsBeginWhenAllFirstPartsAreDone() {
        for (int threads : new int[] {1, 2, 3, 2, 1}) {
            for (int i = 0; i < 200; i++) {
                var work = new Counting();
                team.run(threads, work);
                assertThat(work.begun()).hasValue(work.finished().get());
                assertThat(work.early()).hasValue(0);
            }
        }
    }

    /** An exception of one thread neither ends the process nor keeps the others waiting. */
    @Test
    void whatAThreadThrowsComesToTheCaller() {
        var failing = new HostTeam.Work() {
            @Override
            public void begin(int thread, int threads) {
                if (thread == threads - 1) {
                    throw new IllegalStateException("as asked");
                }
            }

            @Override
            public void finish(int thread, int threads) {}
        };
        assertThatThrownBy(() -> team.run(2, failing)).hasStackTraceContaining("as asked");
        var work = new Counting();
        team.run(2, work);
        assertThat(work.begun()).hasValue(work.finished().get());
    }
}
