package dev.tenon.job;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a job runs with; each value is a number, or the word {@code auto} until it has been chosen.
 *
 * @param headLearningRate null where no head is trained
 */
public record HyperparametersView(
        Object epochs,
        Object batchSize,
        Object learningRateMultiplier,
        @Nullable Double headLearningRate) {

    /** By the names that the API has for them. */
    public Map<String, Object> toMap() {
        var numbers = new LinkedHashMap<String, Object>();
        numbers.put("n_epochs", epochs);
        numbers.put("batch_size", batchSize);
        numbers.put("learning_rate_multiplier", learningRateMultiplier);
        if (headLearningRate != null) {
            numbers.put("head_learning_rate", headLearningRate);
        }
        return numbers;
    }
}
