package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page has exactly the holders that took it, and is free when there are none. */
class PagePoolTest {
    private static final int[] SEEN = new int[5];

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyPageIsWhatWasMadeOfIt(long seed) {
        var random = new SplittableRandom(seed);
        var model = new PagePoolModel(random.nextInt(6, 40));
        for (int time = 0; time < 8_000; time++) {
            switch (random.nextInt(11)) {
                case 0, 1 -> model.take();
                case 2 -> model.retain(random);
                case 3 -> model.keep(random);
                case 4, 5, 6 -> model.release(random);
                case 7, 8 -> model.takeRun(random.nextInt(1, 8));
                case 9 -> model.letGo(random);
                default -> model.holdOrGive(random);
            }
            model.check();
        }
        for (int i = 0; i < SEEN.length; i++) {
            SEEN[i] += model.seen().get(i);
        }
    }

    @AfterAll
    static void everythingHasHappened() {
        assertThat(SEEN).doesNotContain(0);
    }

    @Test
    void whatNobodyHasHeldForLongestGoesFirst() {
        var pool = new PagePool(3, (from, to) -> {});
        var gone = new ArrayList<Integer>();
        pool.listen(new Heard(gone));
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
    void memoryGoesFromRunsToSequencesAndBackByTheirAge() {
        var pool = new PagePool(6, (from, to) -> {});
        var gone = new ArrayList<Integer>();
        pool.listen(new Heard(gone));
        var old = Objects.requireNonNull(pool.takeRun(2, new Noted(gone, -1)));
        pool.letGo(old);
        int[] pages = {pool.take(), pool.take(), pool.take(), pool.take()};
        for (int page : pages) {
            pool.keep(page);
            pool.release(page);
        }
        int more = pool.take();
        assertThat(gone).as("the run is older than every kept page").containsExactly(-1);
        var young = Objects.requireNonNull(pool.takeRun(3, new Noted(gone, -2)));
        assertThat(gone)
                .as("of the pages that lie together, the oldest go")
                .containsExactlyInAnyOrder(-1, pages[0], pages[1], pages[2]);
        assertThat(pool.use()).isEqualTo(new PageUse(1, 1, 3, 0, 1));
        assertThat(pool.takeRun(3, new Noted(new ArrayList<>(), 0)))
                .as("what is held cannot go")
                .isNull();
        pool.letGo(young);
        pool.release(more);
        assertThat(pool.takeRun(6, new Noted(new ArrayList<>(), 0))).isNotNull();
        assertThat(gone).contains(-2, pages[3]);
        assertThat(pool.take()).isZero();
    }

    @Test
    void heldPagesMoveOutOfTheWay() {
        var moves = new ArrayList<List<Integer>>();
        var pool = new PagePool(8, (from, to) -> {
            for (int i = 0; i < from.length; i++) {
                moves.add(List.of(from[i], to[i]));
            }
        });
        for (int i = 0; i < 8; i++) {
            pool.take();
        }
        for (int page : new int[] {1, 3, 4, 6, 8}) {
            pool.release(page);
        }
        // 2, 5 and 7 are held: five pages in a row are there only if one of them moves
        var run = Objects.requireNonNull(pool.takeRun(5, new Noted(new ArrayList<>(), 0)));
        assertThat(moves).hasSizeBetween(1, 2).allSatisfy(move -> {
            assertThat(move.getFirst()).isBetween(run.first(), run.first() + 4);
            assertThat(move.getLast() < run.first() || move.getLast() > run.first() + 4)
                    .isTrue();
        });
        assertThat(pool.use()).isEqualTo(new PageUse(3, 0, 5, 0, 0));
    }

    @Test
    void whatNobodyHoldsCannotBeGivenBack() {
        var pool = new PagePool(2, (from, to) -> {});
        int page = pool.take();
        pool.release(page);
        assertThatThrownBy(() -> pool.release(page)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.retain(page)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pool.keep(page)).isInstanceOf(IllegalStateException.class);
        var run = Objects.requireNonNull(pool.takeRun(2, new Noted(new ArrayList<>(), 0)));
        assertThatThrownBy(() -> pool.hold(run)).isInstanceOf(IllegalStateException.class);
        pool.letGo(run);
        assertThatThrownBy(() -> pool.letGo(run)).isInstanceOf(IllegalStateException.class);
        pool.give(run);
        assertThatThrownBy(() -> pool.give(run)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void runsMoveTogetherWhereTheirGapsAreTooSmall() {
        var moves = new ArrayList<Integer>();
        var pool = new PagePool(9, (from, to) -> moves.add(from.length));
        var owners = new ArrayList<Noted>();
        var runs = new ArrayList<PageRun>();
        for (int i = 0; i < 3; i++) {
            owners.add(new Noted(new ArrayList<>(), i));
            runs.add(Objects.requireNonNull(pool.takeRun(3, owners.get(i))));
        }
        var middle = runs.get(1);
        pool.letGo(middle);
        pool.give(runs.get(0));
        pool.give(runs.get(2));
        pool.hold(middle);
        assertThat(middle.first()).isEqualTo(4);
        var large = Objects.requireNonNull(pool.takeRun(6, owners.get(0)));
        assertThat(List.of(large.first(), middle.first())).containsExactly(1, 7);
        assertThat(owners.get(1).moves()).containsExactly(1);
        assertThat(moves).containsExactly(3);
    }

    /** Notes its number when its run goes, and that it moved. */
    private record Noted(List<Integer> moves, int number) implements PageRun.Owner {
        @Override
        public void gone() {
            moves.add(number);
        }

        @Override
        public void moved() {
            moves.add(number);
        }
    }

    private record Heard(List<Integer> forgotten) implements PagePool.Listener {
        @Override
        public void forgotten(int page) {
            forgotten.add(page);
        }

        @Override
        public void moved(int[] from, int[] to) {}
    }
}
