package dev.tenon.serving.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.TensorEngine;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Models;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of many adapters on a CUDA card, where kernels of our own read each where it lies, against the same on the CPU. */
class CardStepTest {
    private static final List<Map<String, Object>> SETTINGS = List.of(
            Map.of("method", "lora", "rank", 8, "alpha", 8),
            Map.of("method", "lora", "rank", 3, "alpha", 3, "target_modules", List.of("q_proj", "v_proj")),
            Map.of("method", "lora", "rank", 5, "alpha", 5, "target_modules", List.of("k_proj", "up_proj", "o_proj")),
            Map.of("method", "lora", "rank", 16, "alpha", 16, "target_modules", List.of("gate_proj", "down_proj")),
            Map.of("method", "ia3"));

    /** Real weights, since random ones differ from device to device. */
    private static final Path BASE = Path.of("src/main/resources/models/tenon-base-7m");

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    @Test
    void rowsOfManyAdaptersComeToWhatTheyComeToOnTheCpu() {
        assertSame(4, 64);
    }

    /** Their tokens share what blocks of several tokens read: in one step, bit by bit behind others, or in one that is not recorded. */
    @ParameterizedTest
    @CsvSource({"51,816", "530,512", "530,8192"})
    void longPromptsOfManyAdaptersComeToWhatTheyComeToOnTheCpu(int prompt, int step) {
        assertSame(prompt, step);
    }

    /**
     * @param prompt tokens of the shortest
     * @param step tokens of a step that reads prompts
     */
    private static void assertSame(int prompt, int step) {
        assumeTrue(Engine.hasGpu(), "there is no CUDA card");
        var expected = answers(Device.cpu(), prompt, step);
        var own = answers(Device.cuda(0), prompt, step);
        for (int i = 0; i < own.size(); i++) {
            assertThat(own.get(i).tokens).as("row %d", i).isEqualTo(expected.get(i).tokens);
            for (int token = 0; token < own.get(i).logits.size(); token++) {
                assertThat(own.get(i).logits.get(token))
                        .as("row %d, token %d", i, token)
                        .containsExactly(expected.get(i).logits.get(token), within(1e-3f));
            }
        }
    }

    /** Every adapter twice and the base, beginning and ending at different steps. */
    private static List<GreedySink> answers(Device device, int prompt, int step) {
        var settings = new EngineSettings(8, 16, step, 1 << 26, 1 << 26);
        var sinks = new ArrayList<GreedySink>();
        var adapters = new ArrayList<EngineAdapter>();
        try (CausalModel model = Models.load(BASE, device, DType.F32, null);
                var engine = new Batcher(model, settings, EngineListener.NONE, "card")) {
            adapters.add(EngineAdapter.NONE);
            for (int i = 0; i < SETTINGS.size(); i++) {
                adapters.add(
                        EngineAdapter.of(model, TinyDecoder.adapter(model, SETTINGS.get(i), i, 0.3), "adapter-" + i));
            }
            for (int i = 0; i < 2 * adapters.size(); i++) {
                int length = 6 + 3 * i;
                var sink = new GreedySink(length);
                var adapter = adapters.get(i % adapters.size());
                engine.submit(new EngineRequest(prompt(i, prompt + i), length, adapter, "t", adapter.key(), sink));
                sinks.add(sink);
            }
            sinks.forEach(sink -> assertThat(sink.await().failure).isNull());
        }
        adapters.forEach(EngineAdapter::close);
        return sinks;
    }

    private static int[] prompt(int row, int tokens) {
        return IntStream.range(0, tokens)
                .map(i -> 3 + (37 * row + 11 * i) % 200)
                .toArray();
    }
}
