package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** What a {@link PagePool} should hold, kept by names of contents instead of numbers of pages. */
final class PagePoolModel implements PagePool.Listener {
    private final int total;
    private final PagePool pool;
    /** Content of pages that sequences hold or that are kept. */
    private final Map<Integer, Integer> contents = new HashMap<>();

    private final Map<Integer, Integer> holders = new HashMap<>();
    private final Set<Integer> kept = new HashSet<>();
    private final List<PageRun> held = new ArrayList<>();
    private final List<PageRun> idle = new ArrayList<>();
    /** What the memory has: moved as the pool says. */
    private final int[] memory;

    private final List<Owner> owners = new ArrayList<>();
    private final int[] seen = new int[5];
    private int names;
    private int runs;

    PagePoolModel(int total) {
        this.total = total;
        this.memory = new int[total + 1];
        this.pool = new PagePool(total, this::copy);
        pool.listen(this);
    }

    private void copy(int[] from, int[] to) {
        var before = memory.clone();
        for (int i = 0; i < from.length; i++) {
            memory[to[i]] = before[from[i]];
        }
        seen[0]++;
    }

    @Override
    public void moved(int[] from, int[] to) {
        var moving = new HashMap<Integer, Integer>();
        for (int i = 0; i < from.length; i++) {
            Integer name = contents.remove(from[i]);
            if (name != null) {
                moving.put(to[i], name);
            }
        }
        contents.putAll(moving);
    }

    @Override
    public void forgotten(int page) {
        int name = contents.remove(page);
        assertThat(holders.get(name)).as("nobody holds what is forgotten").isZero();
        assertThat(kept.remove(name)).isTrue();
        holders.remove(name);
        seen[1]++;
    }

    void take() {
        int page = pool.take();
        if (page == 0) {
            seen[2]++;
            assertThat(free()).as("nothing is free").isZero();
            return;
        }
        assertThat(contents).doesNotContainKey(page);
        contents.put(page, ++names);
        memory[page] = names;
        holders.put(names, 1);
    }

    /** A page at random that sequences hold, or also one that is only kept; 0 where there is none. */
    private int any(SplittableRandom random, boolean alsoKept) {
        var pages = contents.keySet().stream()
                .filter(page -> alsoKept || holders.get(contents.get(page)) > 0)
                .sorted()
                .toList();
        return pages.isEmpty() ? 0 : pages.get(random.nextInt(pages.size()));
    }

    void retain(SplittableRandom random) {
        int page = any(random, true);
        if (page != 0) {
            pool.retain(page);
            holders.merge(contents.get(page), 1, Integer::sum);
        }
    }

    void keep(SplittableRandom random) {
        int page = any(random, false);
        if (page != 0) {
            pool.keep(page);
            kept.add(contents.get(page));
        }
    }

    void release(SplittableRandom random) {
        int page = any(random, false);
        if (page == 0) {
            return;
        }
        int name = contents.get(page);
        pool.release(page);
        if (holders.merge(name, -1, Integer::sum) == 0 && !kept.contains(name)) {
            contents.remove(page);
            holders.remove(name);
        }
    }

    void takeRun(int count) {
        int fitting = free();
        var owner = new Owner(--runs);
        var run = pool.takeRun(count, owner);
        if (run == null) {
            seen[3]++;
            assertThat(fitting >= count && held.stream().noneMatch(PageRun::isFixed))
                    .as("only what has never been let go of cannot move")
                    .isFalse();
            return;
        }
        owner.run = run;
        held.add(run);
        Arrays.fill(memory, run.first(), run.end(), owner.name);
        owners.add(owner);
    }

    /** Names are negative. */
    private final class Owner implements PageRun.Owner {
        private final int name;
        private PageRun run;

        Owner(int name) {
            this.name = name;
        }

        @Override
        public void gone() {
            assertThat(idle.remove(run)).isTrue();
            owners.remove(this);
        }

        @Override
        public void moved() {
            assertThat(run.isFixed()).isFalse();
            seen[4]++;
        }
    }

    void letGo(SplittableRandom random) {
        if (!held.isEmpty()) {
            var run = held.remove(random.nextInt(held.size()));
            pool.letGo(run);
            idle.add(run);
        }
    }

    void holdOrGive(SplittableRandom random) {
        if (!idle.isEmpty()) {
            var run = idle.remove(random.nextInt(idle.size()));
            if (random.nextInt(4) > 0) {
                pool.hold(run);
                held.add(run);
            } else {
                pool.give(run);
                owners.removeIf(owner -> owner.run == run);
            }
        }
    }

    private int free() {
        int pages = (int) holders.values().stream().filter(count -> count > 0).count();
        return total - pages - held.stream().mapToInt(PageRun::count).sum();
    }

    void check() {
        assertThat(pool.free()).isEqualTo(free());
        int keptPages =
                (int) kept.stream().filter(name -> holders.get(name) == 0).count();
        int runs = held.stream().mapToInt(PageRun::count).sum();
        int keptRuns = idle.stream().mapToInt(PageRun::count).sum();
        assertThat(pool.use())
                .isEqualTo(
                        new PageUse(total - free() - runs, keptPages, runs, keptRuns, free() - keptPages - keptRuns));
        contents.forEach((page, name) -> {
            assertThat(memory[page]).as("page %d", page).isEqualTo(name);
            assertThat(pool.isShared(page)).isEqualTo(holders.get(name) > 1 || kept.contains(name));
        });
        for (Owner owner : owners) {
            assertThat(Arrays.copyOfRange(memory, owner.run.first(), owner.run.end()))
                    .containsOnly(owner.name);
        }
        var taken = new HashSet<>(contents.keySet());
        for (PageRun run : held) {
            for (int page = run.first(); page < run.end(); page++) {
                assertThat(taken.add(page))
                        .as("page %d belongs to one only", page)
                        .isTrue();
            }
        }
    }

    /** How often pages moved, were forgotten, could not be taken, no run could, and runs moved. */
    List<Integer> seen() {
        return Arrays.stream(seen).boxed().toList();
    }
}
