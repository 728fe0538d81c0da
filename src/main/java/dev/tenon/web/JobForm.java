package dev.tenon.web;

import dev.tenon.core.Problem;
import dev.tenon.job.CreateJob;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/** Reads the new-job form; names are those of the API, so that a problem's {@code param} finds its field. */
record JobForm(MultiValueMap<String, String> typed, String method, SchemaForm settings) {

    CreateJob toCreateJob() {
        Map<String, Object> adapter = new LinkedHashMap<>();
        adapter.put("method", method);
        adapter.putAll(settings.values(typed));
        return new CreateJob(
                text("model") == null ? "" : text("model"),
                text("training_file") == null ? "" : text("training_file"),
                text("validation_file"),
                text("suffix"),
                number("seed", "a whole number from 0 to 2147483647"),
                Map.of(),
                adapter,
                whole("n_epochs"),
                whole("batch_size"),
                decimal("learning_rate_multiplier"),
                decimal("head_learning_rate"),
                null);
    }

    /** What somebody would have typed to ask for this. */
    static MultiValueMap<String, String> typed(
            CreateJob request, String method, MultiValueMap<String, String> settings) {
        var typed = new LinkedMultiValueMap<>(settings);
        typed.add("method", method);
        Map<String, @Nullable Object> others = new LinkedHashMap<>();
        others.put("model", request.model());
        others.put("training_file", request.trainingFile());
        others.put("validation_file", request.validationFile());
        others.put("suffix", request.suffix());
        others.put("seed", request.seed());
        others.put("n_epochs", request.epochs());
        others.put("batch_size", request.batchSize());
        others.put("learning_rate_multiplier", request.learningRateMultiplier());
        others.put("head_learning_rate", request.headLearningRate());
        others.forEach((name, value) -> {
            if (value != null) {
                typed.add(name, value.toString());
            }
        });
        return typed;
    }

    @Nullable
    String text(String name) {
        var value = typed.getFirst(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private @Nullable Long number(String name, String expected) {
        var text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw Problem.invalid(name, "invalid_value", "'%s' must be %s, not '%s'.".formatted(name, expected, text));
        }
    }

    private @Nullable Integer whole(String name) {
        var number = number(name, "a whole number, or empty for automatic");
        if (number != null && number != number.intValue()) {
            throw Problem.invalid(name, "invalid_value", "'%s' is too large.".formatted(name));
        }
        return number == null ? null : number.intValue();
    }

    private @Nullable Double decimal(String name) {
        var text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return Double.valueOf(text);
        } catch (NumberFormatException e) {
            throw Problem.invalid(
                    name,
                    "invalid_value",
                    "'%s' must be a number, or empty for automatic, not '%s'.".formatted(name, text));
        }
    }
}
