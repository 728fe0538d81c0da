package dev.tenon.openai.tuning;

import dev.tenon.core.Problem;
import dev.tenon.job.CreateJob;
import dev.tenon.openai.wire.Body;
import dev.tenon.openai.wire.Metadata;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the create request: OpenAI's {@code method} or its older {@code hyperparameters}, and Tenon's {@code adapter}. */
final class CreateJobBody {
    private static final int NAME = 512;

    private CreateJobBody() {}

    static CreateJob read(Body body) {
        body.only(
                "model",
                "training_file",
                "validation_file",
                "suffix",
                "seed",
                "metadata",
                "integrations",
                "method",
                "hyperparameters",
                "adapter");
        var model = body.requiredText("model", NAME);
        var training = body.requiredText("training_file", NAME);
        var integrations = body.array("integrations", 5);
        if (integrations != null && !integrations.isEmpty()) {
            throw body.refuse(
                    "integrations",
                    "unsupported_parameter",
                    "'integrations' are not supported; remove them and read the curves from the job's events.");
        }
        var method = body.object("method");
        var older = numbers(body);
        var numbers = method == null ? older : supervised(method);
        return new CreateJob(
                model,
                training,
                body.text("validation_file", 1, NAME),
                body.text("suffix", 1, 64),
                body.integer("seed", 0, Integer.MAX_VALUE),
                Metadata.read(body),
                adapter(body),
                numbers == null ? null : autoInteger(numbers, "n_epochs", 50),
                numbers == null ? null : autoInteger(numbers, "batch_size", 256),
                numbers == null ? null : autoNumber(numbers, "learning_rate_multiplier", 1000),
                numbers == null ? null : autoNumber(numbers, "head_learning_rate", 1),
                method == null ? null : method.toMap());
    }

    private static @Nullable Body supervised(Body method) {
        var type = method.requiredText("type", 64);
        if (!type.equals("supervised")) {
            throw method.refuse(
                    "type",
                    "unsupported_method",
                    ("The method type '%s' is not supported; supported: 'supervised'. How the model is adapted is said in"
                                    + " 'adapter', such as {\"method\": \"lora\", \"rank\": 8}.")
                            .formatted(type));
        }
        var supervised = method.only("type", "supervised").object("supervised");
        return supervised == null ? null : numbers(supervised.only("hyperparameters"));
    }

    private static @Nullable Body numbers(Body of) {
        var numbers = of.object("hyperparameters");
        return numbers == null
                ? null
                : numbers.only("n_epochs", "batch_size", "learning_rate_multiplier", "head_learning_rate");
    }

    private static Map<String, Object> adapter(Body body) {
        var adapter = body.object("adapter");
        return adapter == null ? Map.of() : adapter.toMap();
    }

    private static @Nullable Integer autoInteger(Body numbers, String name, int maximum) {
        return isAuto(numbers, name) ? null : numbers.smallInteger(name, 1, maximum);
    }

    private static @Nullable Double autoNumber(Body numbers, String name, double maximum) {
        if (isAuto(numbers, name)) {
            return null;
        }
        var number = numbers.number(name, 0, maximum);
        if (number != null && number == 0) {
            throw numbers.refuse(name, "invalid_value", "'%s' must be 'auto' or above 0.".formatted(numbers.at(name)));
        }
        return number;
    }

    private static boolean isAuto(Body numbers, String name) {
        var value = numbers.value(name);
        if (value != null && value.isString() && !value.asString().equals("auto")) {
            throw Problem.invalid(
                    numbers.at(name), "invalid_type", "'%s' must be a number or 'auto'.".formatted(numbers.at(name)));
        }
        return value != null && value.isString();
    }
}
