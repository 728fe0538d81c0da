package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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
