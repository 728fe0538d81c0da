package dev.tenon.job;

import dev.tenon.core.Problem;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.dataset.FileView;
import dev.tenon.identity.Tenant;
import dev.tenon.job.StartingModels.StartingModel;
import dev.tenon.method.Methods;
import dev.tenon.method.QuantizationConfig;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.ModelConfig;
import dev.tenon.training.Hyperparameters;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.stereotype.Component;

/** Turns a create request into a plan, or says which field is wrong and how to mend it. */
@Component
class JobPlanning {
    private static final String DEFAULT_METHOD = "lora";
    private static final int LONGEST_EXAMPLE = 2048;

    private final StartingModels models;
    private final DatasetApi datasets;
    private final Methods methods;
    private final BaseModelApi bases;
    private final JobSources sources;

    JobPlanning(StartingModels models, DatasetApi datasets, Methods methods, BaseModelApi bases, JobSources sources) {
        this.sources = sources;
        this.bases = bases;
        this.models = models;
        this.datasets = datasets;
        this.methods = methods;
    }

    JobPlan plan(Tenant tenant, CreateJob request) {
        JobLimits.check(request);
        var start = models.find(tenant, request.model())
                .orElseThrow(() -> Problem.notFound(
                        "model",
                        "model_not_found",
                        "The model '%s' does not exist: name a base model or one of your adapters."
                                .formatted(request.model())));
        if (request.suffix() != null && request.suffix().equals(start.baseName())) {
            throw Problem.invalid("suffix", "invalid_suffix", "'suffix' may not be the name of the base model.");
        }
        var written = spec(request, start);
        var asked = methods.parse(written);
        // an adapter that is continued holds what it was made of
        var parts = start.versionId() == null ? sources.find(tenant, start, asked) : List.<JobSource>of();
        var config = parts.isEmpty() ? asked : methods.parse(JobSources.pinned(methods.canonical(asked), parts));
        var adapter = methods.canonical(config, written);
        var methodId = String.valueOf(adapter.get("method"));
        var base = bases.require(start.baseName()).config();
        Methods.requireSuited(methods.of(config), base);
        var training = file(tenant, "training_file", request.trainingFile());
        var validation =
                request.validationFile() == null ? null : file(tenant, "validation_file", request.validationFile());
        JobTasks.require(base, training, validation);
        var numbers = numbers(request, training, methodId, base);
        methods.requireSteps(config, steps(numbers, training));
        return new JobPlan(request, start, base, training, validation, methodId, config, adapter, parts, numbers);
    }

    private static int steps(Hyperparameters numbers, FileView training) {
        long examples = Objects.requireNonNull(training.dataset()).examples();
        int perStep = numbers.batchSize() * numbers.gradientAccumulation();
        return (int) Math.min(Integer.MAX_VALUE, numbers.epochs() * Math.ceilDiv(examples, perStep));
    }

    /** The caller's adapter settings; those of the adapter that is continued where the caller names none. */
    private static Map<String, Object> spec(CreateJob request, StartingModel start) {
        var asked = request.adapter();
        var previous = start.adapter();
        if (start.versionId() != null) {
            if (!asked.isEmpty() && !previous.equals(merged(previous, asked))) {
                throw Problem.invalid(
                        "adapter",
                        "adapter_mismatch",
                        "'%s' is continued with its own settings %s: leave 'adapter' out, or start from the base '%s'."
                                .formatted(request.model(), previous, start.baseName()));
            }
            return previous;
        }
        return asked.isEmpty() ? Map.of("method", DEFAULT_METHOD) : asked;
    }

    private static Map<String, Object> merged(Map<String, Object> previous, Map<String, Object> asked) {
        var merged = new LinkedHashMap<>(previous);
        if (asked.containsKey(QuantizationConfig.KEY)) {
            merged.remove(QuantizationConfig.KEY); // so that asking for a dense base counts as asking
        }
        merged.putAll(QuantizationConfig.canonical(asked));
        return merged;
    }

    private FileView file(Tenant tenant, String param, String id) {
        FileView file;
        try {
            file = datasets.get(tenant, id);
        } catch (Problem missing) {
            throw missing.status() == 404
                    ? Problem.invalid(param, "file_not_found", "The file '%s' does not exist.".formatted(id))
                    : missing;
        }
        if (!file.purpose().equals("fine-tune")) {
            throw Problem.invalid(
                    param,
                    "invalid_purpose",
                    "The file '%s' has the purpose '%s': upload it again with the purpose 'fine-tune'."
                            .formatted(id, file.purpose()));
        }
        var summary = file.dataset();
        if (summary == null || summary.examples() == 0) {
            throw Problem.invalid(param, "invalid_dataset", "The file '%s' holds no examples.".formatted(id));
        }
        return file;
    }

    private Hyperparameters numbers(CreateJob request, FileView training, String methodId, ModelConfig base) {
        var examples = Objects.requireNonNull(training.dataset()).examples();
        var seed = request.seed() == null ? JobCreation.freshSeed() : request.seed();
        var chosen = Hyperparameters.resolve(
                request.epochs(),
                request.batchSize(),
                request.learningRateMultiplier(),
                seed,
                examples,
                JobTasks.examplesSeen(base),
                Math.min(base.maxPositions(), LONGEST_EXAMPLE),
                methods.require(methodId).learningRate(base.hidden()));
        var headRate = JobTasks.headRate(base, training, request.headLearningRate());
        return headRate == null ? chosen : chosen.withHeadLearningRate(headRate);
    }
}
