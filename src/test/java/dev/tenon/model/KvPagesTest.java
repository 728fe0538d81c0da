package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page has exactly the holders that took it, and is free when there are none. */
class KvPagesTest {
    private static final int TOTAL = 12;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void heldAndFreePagesAreAlwaysAllThereAre(long seed) {
        var random = new SplittableRandom(seed);
        var pool = new KvPages(TOTAL);
        Map<Integer, Integer> holders = new HashMap<>();
        Set<Integer> kept = new HashSet<>();
        pool.onForgotten(page -> {
            assertThat(holders).as("page %d is given up", page).doesNotContainKey(page);
            assertThat(kept.remove(page)).isTrue();
        });
        for (int time = 0; time < 5_000; time++) {
            var held = List.copyOf(holders.keySet());
            int any = held.isEmpty() ? 0 : held.get(random.nextInt(held.size()));
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    int page = pool.take();
                    assertThat(page == 0).isEqualTo(holders.size() == TOTAL);
                    if (page != 0) {
                        assertThat(holders.put(page, 1))
                                .as("page %d has one owner", page)
                                .isNull();
                        assertThat(kept).doesNotContain(page);
                    }
                }
                case 2 -> {
                    var shared = new ArrayList<>(kept);
                    shared.addAll(held);
                    if (!shared.isEmpty()) {
                        int page = shared.get(random.nextInt(shared.size()));
                        pool.retain(page);
                        holders.merge(page, 1, Integer::sum);
                    }
                }
                case 3 -> {
                    if (any != 0) {
                        pool.keep(any);
                        kept.add(any);
                    }
                }
                default -> {
                    if (any != 0) {
                        pool.release(any);
                        holders.computeIfPresent(any, (page, count) -> count == 1 ? null : count - 1);
                    }
                }
            }
            assertThat(pool.free()).isEqualTo(TOTAL - holders.size());
            holders.forEach(
                    (page, count) -> assertThat(pool.isShared(page)).isEqualTo(count > 1 || kept.contains(page)));
        }
    }

    @Test
    void whatNobodyHasHeldForLongestGoesFirst() {
        var pool = new KvPages(3);
        var gone = new ArrayList<Integer>();
        pool.onForgotten(gone::add);
        int[] pages = {pool.take(), pool.take(), pool.take()};
        for (int page : pages) {
            pool.keep(page);
        }
        pool.release(pages[1]);
        pool.release(pages[0]);
        pool.release(pages[2]);
        pool.retain(pages[1]);
        pool.release(pages[1]); // used again, so it goes last
        assertThat(List.of(pool.take(), pool.take(), pool.take())).containsExactly(pages[0], pages[2], pages[1]);
        assertThat(gone).containsExactly(pages[0], pages[2], pages[1]);
        assertThat(pool.take()).isZero();
    }

    @Test
    void whatNobodyHoldsCannotBeGivenBack() {
        var pool = new KvPages(2);
        int page = pool.take();
        pool.release(page);
        assertThatThrownBy(() -> pool.release(page)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.retain(page)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.keep(page)).isInstanceOf(IllegalStateException.class);
    }
}
