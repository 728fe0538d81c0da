package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of documents, the packing of batches, the token file and the learning rate. */
class StepPlanTest {
    private static Hyperparameters settings(int epochs, int batch, long seed) {
        return new Hyperparameters(epochs, batch, 64, 1e-3, "cosine", 0.1, 0, 1, 1, seed, 5, 5, 8);
    }

    @Test
    void everyEpochVisitsEveryDocumentOnceInANewOrder() {
        var plan = new StepPlan(10, settings(3, 4, 7));
        assertThat(plan.totalSteps()).isEqualTo(9);
        var orders = new ArrayList<List<Integer>>();
        for (int epoch = 0; epoch < 3; epoch++) {
            var seen = new ArrayList<Integer>();
            for (int step = 1; step <= 3; step++) {
                seen.addAll(plan.documents(epoch * 3 + step));
            }
            assertThat(seen)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, 10).boxed().toList());
            orders.add(seen);
        }
        assertThat(orders).doesNotHaveDuplicates();
        assertThat(new StepPlan(10, settings(3, 4, 7)).documents(8)).isEqualTo(plan.documents(8));
        assertThat(plan.epochAfter(3)).isEqualTo(1.0);
        assertThat(plan.epochAfter(4)).isCloseTo(1.4, within(1e-9));
    }

    @Test
    void aBatchPredictsOnlyTrainedTokensAndNeverAcrossDocuments() {
        var first = Document.next(new int[] {5, 6, 7}, new boolean[] {true, false, true});
        var second = Document.next(new int[] {8, 9}, new boolean[] {true, true});
        var batch = Batch.of(List.of(first, second));
        assertThat(batch.sequences().ids()).containsExactly(5, 6, 7, 8, 9);
        assertThat(batch.sequences().lengths()).containsExactly(3, 2);
        assertThat(batch.sequences().positions()).containsExactly(0, 1, 2, 0, 1);
        assertThat(batch.sources()).containsExactly(1, 3);
        assertThat(batch.targets()).containsExactly(7, 9);
    }

    @Test
    void splittingKeepsOrderAndTheTokenBudget() {
        var documents = IntStream.of(3, 3, 5, 9, 1)
                .mapToObj(length -> Document.next(new int[length], new boolean[length]))
                .toList();
        assertThat(Batch.split(documents, 6)).extracting(Batch::tokens).containsExactly(6, 5, 9, 1);
    }

    @Test
    void documentsComeBackFromDiskAsTheyWere(@TempDir Path folder) throws Exception {
        Path base = folder.resolve("train");
        try (var writer = new TokenFile.Writer(base)) {
            writer.add(Document.next(new int[] {0, 4095, 7}, new boolean[] {false, true, false}));
            writer.add(Document.next(new int[] {0}, new boolean[] {true}));
        }
        try (var file = TokenFile.open(base)) {
            assertThat(file.documents()).isEqualTo(2);
            assertThat(file.tokens()).isEqualTo(4);
            assertThat(file.document(0).ids()).containsExactly(0, 4095, 7);
            assertThat(file.document(0).targets()).containsExactly(4095, -1, -1);
            assertThat(file.document(1).targets()).containsExactly(-1);
        }
    }

    @Test
    void theRateRisesThenFollowsItsSchedule() {
        var cosine = new Schedule("cosine", 1.0, 4, 20);
        assertThat(cosine.at(1)).isEqualTo(0.25);
        assertThat(cosine.at(4)).isEqualTo(1.0);
        assertThat(cosine.at(13)).isCloseTo(0.5, within(1e-9));
        assertThat(cosine.at(20)).isBetween(0.0, 0.01);
        var linear = new Schedule("linear", 2.0, 0, 10);
        assertThat(linear.at(1)).isEqualTo(2.0);
        assertThat(linear.at(6)).isEqualTo(1.0);
        assertThat(new Schedule("constant", 3.0, 0, 10).at(10)).isEqualTo(3.0);
        assertThatThrownBy(() -> new Schedule("stairs", 1, 0, 1)).hasMessageContaining("cosine, linear, constant");
    }

    @Test
    void automaticSettingsFollowTheNumberOfExamples() {
        var small = Hyperparameters.resolve(null, null, null, null, 20, 512, 1e-3);
        assertThat(small.epochs()).isEqualTo(10);
        assertThat(small.batchSize()).isEqualTo(1);
        var large = Hyperparameters.resolve(null, null, 2.0, 5L, 1200, 512, 1e-3);
        assertThat(large.epochs()).isEqualTo(1);
        assertThat(large.batchSize()).isEqualTo(16);
        assertThat(large.learningRate()).isEqualTo(2e-3);
        assertThat(large.seed()).isEqualTo(5);
        assertThat(Hyperparameters.resolve(3, 4, null, null, 10, 512, 1e-3).epochs())
                .isEqualTo(3);
    }
}
