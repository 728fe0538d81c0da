package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.model.KvCache;
import dev.tenon.tensor.EngineFailure;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Rows go on while other rows' adapters are on their way to the device. */
class AdaptersOnTheirWayTest extends OnTinyDecoder {
    private static final int[] PROMPT = {3, 1, 4, 1, 5, 9, 2, 6};
    private final AtomicReference<HeldUploads> uploads = new AtomicReference<>();

    private Batcher engine(int rows) {
        long page = KvCache.pageBytes(model.config(), model.type());
        var settings = new EngineSettings(rows, 100, 64, 100 * page, 1 << 24);
        return new Batcher(model, settings, EngineListener.NONE, "way", ended -> {
            uploads.set(new HeldUploads(ended));
            return uploads.get();
        });
    }

    private static EngineAdapter adapter(int seed) {
        var drawn = TinyDecoder.adapter(model, Map.of("method", "lora", "rank", 4), seed, 0.3);
        return EngineAdapter.of(model, drawn, "way-" + seed);
    }

    private static GreedySink ask(Batcher engine, EngineAdapter adapter, int tokens) {
        var sink = new GreedySink(tokens);
        engine.submit(new EngineRequest(PROMPT, tokens, adapter, "t", adapter.key(), sink));
        return sink;
    }

    private void awaitUploads(int count) throws InterruptedException {
        for (int time = 0; time < 600 && uploads.get().count() < count; time++) {
            Thread.sleep(10);
        }
        assertThat(uploads.get().count()).isEqualTo(count);
    }

    @Test
    void othersAnswerMeanwhileAndItAnswersAsAlways() throws InterruptedException {
        try (var adapter = adapter(1)) {
            GreedySink before;
            try (var alone = new Batcher(
                    model,
                    new EngineSettings(1, 1, 64, 100 * KvCache.pageBytes(model.config(), model.type()), 1 << 24),
                    EngineListener.NONE,
                    "alone",
                    ended -> null)) {
                before = ask(alone, adapter, 12).await();
            }
            try (var engine = engine(4)) {
                var late = ask(engine, adapter, 12);
                awaitUploads(1);
                assertThat(ask(engine, EngineAdapter.NONE, 20).await().failure).isNull();
                assertThat(late.tokens).isEmpty();
                uploads.get().arrive();
                assertThat(late.await().failure).isNull();
                assertThat(late.tokens).isEqualTo(before.tokens);
            }
        }
    }

    @Test
    void theNextOnesComeWhileThereIsNoPlaceForThem() throws InterruptedException {
        try (var first = adapter(1);
                var second = adapter(2);
                var engine = engine(1)) {
            var running = ask(engine, first, 150);
            awaitUploads(1);
            var next = ask(engine, second, 3);
            uploads.get().arrive();
            awaitUploads(1);
            assertThat(running.tokens).as("it still runs").hasSizeLessThan(150);
            uploads.get().arrive();
            assertThat(running.await().failure).isNull();
            assertThat(next.await().failure).isNull();
        }
    }

    @Test
    void aRequestWhoseAdapterCannotComeFailsAlone() throws InterruptedException {
        try (var adapter = adapter(1);
                var engine = engine(2)) {
            var unlucky = ask(engine, adapter, 5);
            awaitUploads(1);
            uploads.get().fail(failure());
            assertThat(Objects.requireNonNull(unlucky.await().failure)).isInstanceOf(EngineFailure.class);
            assertThat(ask(engine, EngineAdapter.NONE, 5).await().failure).isNull();
        }
    }

    /** One that libtorch really makes. */
    private static EngineFailure failure() {
        try (var scope = dev.tenon.tensor.Scope.open()) {
            dev.tenon.tensor.Kernels.call("reshape", dev.tenon.tensor.Tensors.of(new long[] {1, 2}, 2), new long[] {3});
            throw new AssertionError("two numbers are not three");
        } catch (EngineFailure e) {
            return e;
        }
    }
}
