package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.TensorEngine;
import dev.tenon.model.CausalModel;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.KvCache;
import dev.tenon.model.Models;
import dev.tenon.model.RotaryConfig;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.HostProducts;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Ledger;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Promise: on a CPU, steps of one and the same rows with low-rank adapters or none, one token each, allocate nothing outside the
 * Java heap. What is seen of it: no tensor is made, and no kernel is called but in a step that takes pages, which may fill those
 * that nobody has had with zeros, so that libtorch makes nothing; and what is there instead, calls of BLAS and loops in Java,
 * leaves the C library's live bytes as they were. What MKL does inside is its own.
 */
class SteadyStepTest {
    private static final int PROMPT = 3;
    private static final int ANSWER = 120;

    /** What is outside the Java heap after a step. */
    private record Seen(long tensors, long kernels, long bytes) {}

    /** Notes what there is after every step of so many rows with one token each. */
    private static final class Watching implements EngineListener {
        final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());
        private final int rows;

        Watching(int rows) {
            this.rows = rows;
        }

        @Override
        public void step(Duration took, int all, int tokens, int adapters) {
            if (all == rows && tokens == rows) {
                seen.add(new Seen(Ledger.madeTensors(), Kernels.calls(), liveBytes()));
            }
        }
    }

    private static final MemoryLayout MALLINFO = MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG);

    /** Bytes in use by {@code malloc} and by {@code mmap} for it; 0 where the C library does not say. */
    private static long liveBytes() {
        var linker = Linker.nativeLinker();
        var function = linker.defaultLookup().find("mallinfo2");
        if (function.isEmpty()) {
            return 0;
        }
        try (var arena = Arena.ofConfined()) {
            var layout = MemoryLayout.structLayout(MALLINFO);
            var handle = linker.downcallHandle(function.get(), FunctionDescriptor.of(layout));
            var info = (MemorySegment) handle.invoke((SegmentAllocator) arena);
            return info.getAtIndex(ValueLayout.JAVA_LONG, 4) + info.getAtIndex(ValueLayout.JAVA_LONG, 7);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static CausalModel model(int hidden, int layers, int vocabulary) {
        TensorEngine.start();
        assumeTrue(HostProducts.arePossible(), "libtorch has no BLAS that can be called");
        var config = new DecoderConfig(
                "llama",
                hidden,
                layers,
                4,
                2,
                16,
                3 * hidden,
                vocabulary,
                512,
                1e-6,
                false,
                false,
                false,
                false,
                Collections.nCopies(layers, 0),
                new RotaryConfig("default", 10_000, 1, 1, 1, 1),
                List.of());
        return Models.random(config, Device.cpu(), DType.F32, 5);
    }

    /** Rows in turn without an adapter, with one that several have, with one of their own, and one that wants logits. */
    private static List<Seen> steps(CausalModel model, int rows, int tokens) {
        var watching = new Watching(rows);
        var adapters = new ArrayList<EngineAdapter>();
        long page = KvCache.pageBytes(model.config(), model.type());
        for (int i = 0; i < rows; i++) {
            var adapter = TinyDecoder.adapter(model, Map.of("method", "lora", "rank", 2 + i), i, 0.1);
            adapters.add(EngineAdapter.of(model, adapter, "adapter-" + i));
        }
        try (var engine =
                new Batcher(model, new EngineSettings(rows, 100, 200, 40L * rows * page, 1 << 24), watching, "test")) {
            var sinks = new ArrayList<GreedySink>();
            for (int row = 0; row < rows; row++) {
                var adapter = row % 3 == 0 ? EngineAdapter.NONE : adapters.get(row % 3 == 1 ? 0 : row);
                var sink = new GreedySink(tokens, row > 0);
                int[] prompt = {row, 3, 5};
                engine.submit(new EngineRequest(prompt, tokens, adapter, "t", adapter.key(), sink));
                sinks.add(sink);
            }
            sinks.forEach(sink -> assertThat(sink.await().failure).isNull());
        } finally {
            adapters.forEach(EngineAdapter::close);
        }
        return watching.seen;
    }

    /** On one thread and on two, over many pages. */
    @ParameterizedTest
    @CsvSource({"2,32,2,61", "6,128,4,499"})
    void stepsLikeThoseBeforeMakeNoTensorAndCallNoKernelsButForNewPages(
            int rows, int hidden, int layers, int vocabulary) {
        try (var model = model(hidden, layers, vocabulary)) {
            var seen = steps(model, rows, ANSWER);
            assertThat(seen).hasSizeGreaterThan(100);
            var first = seen.get(1);
            assertThat(seen.subList(1, seen.size()))
                    .allSatisfy(step -> assertThat(step.tensors()).isEqualTo(first.tensors()));
            // one call for every page at most, of more than a hundred steps
            assertThat(seen.getLast().kernels() - first.kernels())
                    .isLessThanOrEqualTo((long) rows * KvCache.pagesFor(PROMPT + ANSWER));
        }
    }

    /**
     * A step's logits alone are 96 kB here, 19 MB in the steps that are compared. Java's compilers take from the same place,
     * for a moment, and after many other tests as much; what steps leave behind they leave every time.
     */
    @Test
    void theBytesInUseStayAsTheyWere() {
        try (var model = model(64, 2, 4000)) {
            long least = Long.MAX_VALUE;
            for (int time = 0; time < 3; time++) {
                var seen = steps(model, 6, 400);
                assumeTrue(seen.getLast().bytes() > 0, "the C library does not tell what is in use");
                long half = seen.get(seen.size() / 2).bytes();
                least = Math.min(least, seen.getLast().bytes() - half);
            }
            assertThat(least).isLessThan(4 << 20);
        }
    }
}
