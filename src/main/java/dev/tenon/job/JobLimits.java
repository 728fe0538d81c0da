package dev.tenon.job;

import dev.tenon.core.Problem;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The bounds of a create request that need nothing but the request. */
final class JobLimits {
    private static final Pattern SUFFIX = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final int PAIRS = 16;
    private static final int KEY = 64;
    private static final int VALUE = 512;
    private static final long LARGEST_SEED = Integer.MAX_VALUE;

    private JobLimits() {}

    static void check(CreateJob request) {
        if (request.model().isBlank()) {
            throw Problem.invalid(
                    "model", "missing_required_parameter", "'model' is required: a base model's name or an adapter's.");
        }
        if (request.trainingFile().isBlank()) {
            throw Problem.invalid(
                    "training_file",
                    "missing_required_parameter",
                    "'training_file' is required: the id of an uploaded file with purpose 'fine-tune'.");
        }
        var suffix = request.suffix();
        if (suffix != null && !SUFFIX.matcher(suffix).matches()) {
            throw Problem.invalid(
                    "suffix",
                    "invalid_suffix",
                    "'suffix' must be 1 to 64 letters, digits, '.', '_' or '-' and begin with a letter or digit.");
        }
        range("seed", "seed", request.seed(), 0, LARGEST_SEED);
        range("hyperparameters.n_epochs", "n_epochs", request.epochs(), 1, 50);
        range("hyperparameters.batch_size", "batch_size", request.batchSize(), 1, 256);
        var multiplier = request.learningRateMultiplier();
        if (multiplier != null && !(multiplier > 0 && multiplier <= 1000)) {
            throw Problem.invalid(
                    "hyperparameters.learning_rate_multiplier",
                    "invalid_hyperparameter",
                    "'learning_rate_multiplier' must be 'auto' or a number above 0 and at most 1000, not %s."
                            .formatted(multiplier));
        }
        var head = request.headLearningRate();
        if (head != null && !(head > 0 && head <= 1)) {
            throw Problem.invalid(
                    "hyperparameters.head_learning_rate",
                    "invalid_hyperparameter",
                    "'head_learning_rate' must be 'auto' or a number above 0 and at most 1, not %s.".formatted(head));
        }
        metadata(request.metadata());
    }

    private static void range(String param, String name, @Nullable Number value, long from, long to) {
        if (value != null && (value.longValue() < from || value.longValue() > to)) {
            throw Problem.invalid(
                    param,
                    name.equals("seed") ? "invalid_seed" : "invalid_hyperparameter",
                    "'%s' must be between %d and %d, not %d.".formatted(name, from, to, value.longValue()));
        }
    }

    private static void metadata(Map<String, String> metadata) {
        if (metadata.size() > PAIRS) {
            throw Problem.invalid(
                    "metadata",
                    "invalid_metadata",
                    "'metadata' may have %d pairs, not %d.".formatted(PAIRS, metadata.size()));
        }
        metadata.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > KEY) {
                throw Problem.invalid(
                        "metadata",
                        "invalid_metadata",
                        "A metadata key must have 1 to %d characters; one has %d.".formatted(KEY, key.length()));
            }
            if (value.length() > VALUE) {
                throw Problem.invalid(
                        "metadata." + key,
                        "invalid_metadata",
                        "A metadata value may have %d characters; that of '%s' has %d."
                                .formatted(VALUE, key, value.length()));
            }
        });
    }
}
