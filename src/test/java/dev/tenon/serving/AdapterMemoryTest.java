package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.tensor.Ledger;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Adapters are admitted by bytes: never beyond the budget, refused with a wait, and everything comes back. */
class AdapterMemoryTest {
    @TempDir
    Path disk;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @Test
    void loadsOfRandomRanksStayWithinTheBudgetAndAreRefusedCleanly() throws Exception {
        long before = Ledger.liveBytes();
        var budget = DataSize.ofMegabytes(2);
        try (var pool = new AdapterPool(disk, 12, 16, 5, budget)) {
            var outcome = new LoadStorm(pool, budget.toBytes(), 4).run(120, 5);
            assertThat(outcome.granted()).isEqualTo(120);
            assertThat(outcome.refused()).isPositive();
            assertThat(outcome.mostBytes()).isBetween(1L, budget.toBytes());
            assertThat(outcome.worstEstimate()).isLessThan(0.1);
        }
        assertThat(Ledger.liveBytes()).isEqualTo(before);
    }

    @Test
    void whatIsUnloadedIsFreed() throws Exception {
        // there is room for one of them, so that each load unloads the one before
        try (var pool = new AdapterPool(disk, 2, 1, 6, DataSize.ofKilobytes(48));
                var base = pool.base()) {
            pool.lease(0, base.value()).close();
            long bytes = Ledger.liveBytes();
            long handles = Ledger.liveTensors();
            for (int i = 1; i <= 40; i++) {
                pool.lease(i % 2, base.value()).close();
            }
            assertThat(Ledger.liveBytes()).isEqualTo(bytes);
            assertThat(Ledger.liveTensors()).isEqualTo(handles);
        }
    }
}
