package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.TensorEngine;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Packed sequences do not see each other, and a cache changes the way but not the result. */
class SequencesTest {
    private static final double TOLERANCE = 2e-4;
    private static CausalModel model;

    @BeforeAll
    static void load() {
        TensorEngine.start();
        model = Models.load(ShippedModel.DIRECTORY, Device.cpu(), DType.F32);
    }

    @AfterAll
    static void free() {
        model.close();
    }

    @Test
    void aPackedSequenceEqualsItselfAlone() {
        var rows = List.of(tokens(1, 7), tokens(2, 30), tokens(3, 12));
        try (var scope = Scope.open()) {
            Tensor packed = model.hidden(Sequences.of(rows), Hooks.NONE);
            long at = 0;
            for (long[] row : rows) {
                Tensor alone = model.hidden(Sequences.of(List.of(row)), Hooks.NONE);
                Tensor part = packed.slice(0, at, at + row.length);
                assertThat(TensorEngine.distance(part.toFloats(), alone.toFloats()))
                        .isLessThan(TOLERANCE);
                at += row.length;
            }
        }
    }

    @Test
    void rowsOfAnyLengthShareAStepWithACache() {
        long[] a = tokens(4, 20);
        long[] b = tokens(5, 9);
        long[] c = tokens(6, 33);
        try (var scope = Scope.open();
                var cache = model.cache(4, 40)) {
            step(cache, new int[] {2, 0}, Arrays.copyOf(a, 19), Arrays.copyOf(b, 3));
            step(cache, new int[] {0}, Arrays.copyOfRange(b, 3, 8));
            // one row goes on by a token, another begins in the same step
            Tensor logits = step(cache, new int[] {2, 3}, new long[] {a[19]}, Arrays.copyOf(c, 32));
            assertClose(logits.slice(0, 0, 1), a);
            // two rows, one token each, not in the order of the cache
            Tensor both = step(cache, new int[] {3, 0}, new long[] {c[32]}, new long[] {b[8]});
            assertClose(both.slice(0, 0, 1), c);
            assertClose(both.slice(0, 1, 2), b);
            assertThat(cache.length(2)).isEqualTo(20);
        }
    }

    @Test
    void rowsInStepAndOutOfStepDecodeAlike() {
        long[] a = tokens(10, 8);
        long[] b = tokens(11, 8);
        long[] c = tokens(12, 6);
        try (var scope = Scope.open();
                var cache = model.cache(3, 12)) {
            step(cache, new int[] {0, 1, 2}, Arrays.copyOf(a, 6), Arrays.copyOf(b, 6), Arrays.copyOf(c, 3));
            // all rows of the cache, of different lengths
            step(cache, new int[] {0, 1, 2}, new long[] {a[6]}, new long[] {b[6]}, new long[] {c[3]});
            // two single tokens around a longer part
            Tensor mixed =
                    step(cache, new int[] {0, 2, 1}, new long[] {a[7]}, Arrays.copyOfRange(c, 4, 6), new long[] {b[7]});
            assertClose(mixed.slice(0, 0, 1), a);
            assertClose(mixed.slice(0, 1, 2), c);
            assertClose(mixed.slice(0, 2, 3), b);
            cache.truncate(0, 5);
            cache.truncate(1, 5);
            cache.truncate(2, 5);
            // all rows of one length: no mask at all
            Tensor level = step(cache, new int[] {0, 1, 2}, new long[] {a[5]}, new long[] {b[5]}, new long[] {c[5]});
            assertClose(level.slice(0, 0, 1), Arrays.copyOf(a, 6));
            assertClose(level.slice(0, 1, 2), Arrays.copyOf(b, 6));
            assertClose(level.slice(0, 2, 3), c);
        }
    }

    @Test
    void aTruncatedRowGoesOnFromThere() {
        long[] a = tokens(7, 12);
        try (var scope = Scope.open();
                var cache = model.cache(1, 16)) {
            step(cache, new int[] {0}, tokens(8, 16));
            cache.truncate(0, 0);
            step(cache, new int[] {0}, a);
            cache.truncate(0, 5);
            assertClose(step(cache, new int[] {0}, Arrays.copyOfRange(a, 5, 12)), a);
        }
    }

    /** Room in a row for something else is made of pages that three sequences and a shared beginning have in between. */
    @Test
    void pagesThatMoveAreFoundAgain() {
        long[] a = tokens(13, 40);
        long[] b = tokens(14, 36);
        long[] c = tokens(15, 50);
        var moved = new ArrayList<Integer>();
        try (var scope = Scope.open();
                var cache = model.cache(6, 64, 14)) {
            cache.memory().pool().listen(new PagePool.Listener() {
                @Override
                public void forgotten(int page) {}

                @Override
                public void moved(int[] from, int[] to) {
                    Arrays.stream(from).forEach(moved::add);
                }
            });
            for (int from = 0; from < 32; from += 8) { // their pages alternate
                step(
                        cache,
                        new int[] {0, 1, 3, 4, 2},
                        part(a, from),
                        part(b, from),
                        part(a, from),
                        part(a, from),
                        part(c, from));
            }
            cache.share(5, new int[] {cache.table(2)[0]});
            cache.truncate(1, 10);
            cache.truncate(3, 0);
            cache.truncate(4, 0);
            long[] d = Arrays.copyOf(c, 16 + 5);
            d[18] = 0;
            long elements = 5 * PageMemory.elements(model.config());
            var run = Objects.requireNonNull(cache.memory().takeRun(elements, new HeldRun()));
            cache.memory().piece(run, elements).copyFrom(Tensors.full(1e4, DType.F32, Device.cpu(), elements));
            assertThat(moved).isNotEmpty();
            Tensor logits = step(
                    cache,
                    new int[] {0, 1, 2, 5},
                    Arrays.copyOfRange(a, 32, 40),
                    Arrays.copyOfRange(b, 10, 14),
                    new long[] {c[32]},
                    Arrays.copyOfRange(d, 16, 21));
            assertClose(logits.slice(0, 0, 1), a);
            assertClose(logits.slice(0, 1, 2), Arrays.copyOf(b, 14));
            assertClose(logits.slice(0, 2, 3), Arrays.copyOf(c, 33));
            assertClose(logits.slice(0, 3, 4), d);
            // the room of the run serves sequences again
            cache.memory().pool().give(run);
            assertClose(step(cache, new int[] {2}, Arrays.copyOfRange(c, 33, 50)), c);
        }
    }

    private static long[] part(long[] tokens, int from) {
        return Arrays.copyOfRange(tokens, from, from + 8);
    }

    @Test
    void aFullRowIsRefused() {
        try (var scope = Scope.open();
                var cache = model.cache(1, 4)) {
            assertThatThrownBy(() -> step(cache, new int[] {0}, tokens(9, 5)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("room for 4");
        }
    }

    @Test
    void decodingLeavesNothingBehind() {
        try (var scope = Scope.open();
                var cache = model.cache(2, 64)) {
            decode(cache);
            long before = Ledger.liveTensors();
            for (int i = 0; i < 20; i++) {
                decode(cache);
            }
            assertThat(Ledger.liveTensors()).isEqualTo(before);
        }
    }

    private static void decode(KvCache cache) {
        try (var scope = Scope.open()) {
            step(cache, new int[] {0, 1}, tokens(1, 1), tokens(2, 1));
        }
    }

    private static void assertClose(Tensor logits, long[] tokens) {
        Tensor hidden = model.hidden(Sequences.of(List.of(tokens)), Hooks.NONE);
        Tensor whole = model.logits(hidden.slice(0, tokens.length - 1, tokens.length), Hooks.NONE);
        assertThat(TensorEngine.distance(logits.toFloats(), whole.toFloats())).isLessThan(TOLERANCE);
    }

    private static Tensor step(KvCache cache, int[] rows, long[]... tokens) {
        return model.step(rows, tokens, cache, Hooks.NONE);
    }

    private static long[] tokens(long seed, int count) {
        return new Random(seed).ints(count, 4, 4096).asLongStream().toArray();
    }
}
