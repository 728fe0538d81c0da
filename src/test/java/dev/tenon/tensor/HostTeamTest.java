package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HostTeamTest {
    private final HostTeam team = new HostTeam();

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    /** Work in phases of so many tasks, each of which looks whether all those before are done. */
    private static final class Counting implements HostTeam.Work {
        private static final int[] TASKS = {5, 0, 1, 7, 0, 0, 3};
        final AtomicIntegerArray done = new AtomicIntegerArray(TASKS.length);
        final AtomicInteger early = new AtomicInteger();
        final AtomicInteger sum = new AtomicInteger();

        @Override
        public int phases() {
            return TASKS.length;
        }

        @Override
        public int tasks(int phase) {
            return TASKS[phase];
        }

        @Override
        public void compute(int thread, int phase, int task) {
            for (int before = 0; before < phase; before++) {
                if (done.get(before) != TASKS[before]) {
                    early.incrementAndGet();
                }
            }
            sum.addAndGet(1 << task);
            done.incrementAndGet(phase);
        }
    }

    @Test
    void everyTaskIsDoneOnceAndPhasesBeginWhenThoseBeforeAreDone() {
        for (int threads : new int[] {1, 2, 3, 2, 1}) {
            for (int i = 0; i < 300; i++) {
                var work = new Counting();
                team.run(threads, work);
                assertThat(work.early).hasValue(0);
                assertThat(work.sum).hasValue(31 + 1 + 127 + 7);
            }
        }
    }

    /** An exception of one thread neither ends the process nor keeps the others waiting. */
    @Test
    void whatAThreadThrowsComesToTheCaller() {
        for (int threads : new int[] {1, 2, 3}) {
            assertThatThrownBy(() -> team.run(threads, new HostTeam.Work() {
                        @Override
                        public int phases() {
                            return 3;
                        }

                        @Override
                        public int tasks(int phase) {
                            return 4;
                        }

                        @Override
                        public void compute(int thread, int phase, int task) {
                            if (phase == 1 && task == 2) {
                                throw new IllegalStateException("as asked");
                            }
                        }
                    }))
                    .hasStackTraceContaining("as asked");
            var work = new Counting();
            team.run(threads, work);
            assertThat(work.early).hasValue(0);
        }
    }
}
