package dev.tenon.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.core.Problem;
import dev.tenon.serving.engine.EngineAdapter;
import dev.tenon.tensor.Ledger;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Copies come with heat, within their part of the memory, and go with it or when others need the room. */
class HotAdaptersTest {
    /** What folding one of the pool's adapters copies: 4 MiB. */
    private static final DataSize ROOMY = DataSize.ofMegabytes(32);

    @TempDir
    Path disk;

    private long before;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @BeforeEach
    void count() {
        before = Ledger.liveBytes();
    }

    @Test
    void anAdapterIsFusedWhileItIsHotAndWhoRunsEndsWhereItBegan() throws Exception {
        try (var pool = new AdapterPool(disk, 2, 8, 3, ROOMY)) {
            var hot = pool.hot(settings(0.5));
            pool.note(hot, 0, 1000);
            pool.note(hot, 1, 100);
            EngineAdapter batched;
            try (var running = pool.open(0)) {
                hot.look();
                assertThat(pool.fused()).containsExactly("a0@1");
                batched = running.engineAdapter();
                assertThat(batched.isPooled()).isTrue();
            }
            try (var fresh = pool.open(0);
                    var other = pool.open(1)) {
                assertThat(fresh.engineAdapter().isPooled()).isFalse();
                assertThat(other.engineAdapter().isPooled()).isTrue();
                pool.note(hot, 1, 10_000);
                hot.look();
                // the copy of a0 stays until its last request ends
                assertThat(pool.fused()).containsExactlyInAnyOrder("a0@1", "a1@1");
                try (var next = pool.open(0)) {
                    assertThat(next.engineAdapter()).isSameAs(batched);
                }
            }
            assertThat(pool.fused()).containsExactly("a1@1");
            hot.stop();
        }
        assertThat(Ledger.liveBytes()).isEqualTo(before);
    }

    @Test
    void copiesTakeNoMoreThanTheirPartOfTheMemory() throws Exception {
        try (var pool = new AdapterPool(disk, 1, 8, 3, ROOMY)) {
            var hot = pool.hot(settings(0.1));
            pool.note(hot, 0, 1000);
            hot.look();
            assertThat(pool.fused()).isEmpty();
            try (var answers = pool.open(0)) {
                assertThat(answers.engineAdapter().isPooled()).isTrue();
            }
            hot.stop();
        }
        assertThat(Ledger.liveBytes()).isEqualTo(before);
    }

    @Test
    void aCopyGoesWhenOthersFindNoRoom() throws Exception {
        // beside the copy there is room for about half of the adapters
        try (var pool = new AdapterPool(disk, 30, 8, 3, DataSize.ofMegabytes(8));
                var base = pool.base()) {
            var hot = pool.hot(settings(0.8));
            pool.note(hot, 0, 1000);
            hot.look();
            assertThat(pool.fused()).containsExactly("a0@1");
            var held = new java.util.ArrayList<Lease<ResidentAdapter>>();
            assertThatThrownBy(() -> {
                        for (int i = 1; i < pool.size(); i++) {
                            held.add(pool.lease(i, base.value()));
                        }
                    })
                    .isInstanceOf(Problem.class);
            hot.look();
            assertThat(pool.fused()).isEmpty();
            held.add(pool.lease(held.size() + 1, base.value()));
            held.forEach(Lease::close);
            hot.stop();
        }
        assertThat(Ledger.liveBytes()).isEqualTo(before);
    }

    private static HeatSettings settings(double memoryShare) {
        return new HeatSettings(true, 0.7, 0.4, Duration.ZERO, Duration.ofMinutes(1), 1, memoryShare);
    }
}
