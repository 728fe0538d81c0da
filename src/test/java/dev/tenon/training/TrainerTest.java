package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.method.Tuned;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    private static final Hyperparameters SETTINGS =
            new Hyperparameters(1, 2, 64, 5e-3, "constant", 0, 0, 1, 1, 3, 1000, 1000, 0);

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    private static List<Document> documents() {
        var first = Document.next(new int[] {3, 17, 4, 21, 8, 30}, new boolean[] {true, true, true, true, true, true});
        var second = Document.next(new int[] {9, 9, 14, 25}, new boolean[] {false, true, false, true});
        return List.of(first, second);
    }

    /** With dropout the tape computes the gradients, without it the hand-derived pass. */
    @ParameterizedTest
    @ValueSource(doubles = {0.0, 0.2})
    void aThousandStepsLeaveNothingBehind(double dropout) {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, Map.of("rank", 2, "dropout", dropout), 1);
                var trainer = new Trainer(model, adapter, SETTINGS, 1000)) {
            var batches = List.of(Batch.of(documents()));
            double first = 0;
            long handles = 0;
            long bytes = 0;
            for (int step = 1; step <= 1000; step++) {
                double loss = trainer.step(step, batches).loss();
                if (step == 1) {
                    first = loss;
                }
                if (step == 10) {
                    handles = Ledger.liveTensors();
                    bytes = Ledger.liveBytes();
                }
                if (step == 1000) {
                    assertThat(loss).isLessThan(first - 0.1);
                }
            }
            assertThat(Ledger.liveTensors()).isEqualTo(handles);
            assertThat(Ledger.liveBytes()).isEqualTo(bytes);
        }
    }

    /** Accumulating over batches is one step on all of them: the gradient is that of the mean over all targets. */
    @Test
    void accumulatedBatchesAreOneStep() {
        assertThat(Batch.split(documents(), 6)).hasSize(2);
        float[] together = weights(List.of(Batch.of(documents())));
        assertThat(TensorEngine.distance(together, weights(Batch.split(documents(), 6))))
                .isLessThan(1e-5);
    }

    /** Three dense steps of ten, then the chosen entries: from a checkpoint in either phase it ends where it would have. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 6})
    void aRunInPhasesGoesOnFromACheckpointInAnyOfThem(int stop, @TempDir Path folder) {
        var whole = phases(0, 10, folder);
        assertThat(whole.length).isEqualTo(Math.toIntExact(Math.round(0.2 * (2 * 16 * 16 + 2 * 16))));
        phases(0, stop, folder);
        assertThat(phases(stop, 10, folder)).isEqualTo(whole);
    }

    /** Takes the steps after {@code from}, begun with a checkpoint where that is not 0, and writes one. */
    private static float[] phases(int from, int to, Path folder) {
        Map<String, Object> settings = Map.of("method", "ltsft", "density", 0.2, "target_modules", List.of("q_proj"));
        try (var model = TinyTask.model();
                var tuned = new Tuned(Methods.scan().attach(model, settings, 1), null);
                var trainer = new Trainer(model, tuned, SETTINGS, 10)) {
            if (from > 0) {
                trainer.enterPhaseOf(RunState.read(folder).step());
                RunState.restore(folder, tuned, trainer.optimiser());
            }
            for (int step = from + 1; step <= to; step++) {
                trainer.step(step, List.of(Batch.of(documents())));
                assertThat(trainer.isInLastPhase()).isEqualTo(step > 3);
            }
            RunState.start().after(to, 0, 0, 0).save(folder, tuned, trainer.optimiser());
            try (var scope = Scope.open()) {
                return tuned.parameters().values().iterator().next().toFloats();
            }
        }
    }

    private static float[] weights(List<Batch> batches) {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, Map.of("rank", 2), 1);
                var trainer = new Trainer(model, adapter, SETTINGS, 3)) {
            for (int step = 1; step <= 3; step++) {
                trainer.step(step, batches);
            }
            try (var scope = Scope.open()) {
                var flat = adapter.parameters().values().stream()
                        .map(tensor -> tensor.detach().reshape(-1))
                        .toList();
                return Tensor.cat(flat, 0).toFloats();
            }
        }
    }
}
