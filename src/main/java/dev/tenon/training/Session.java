package dev.tenon.training;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Calibration;
import dev.tenon.method.Methods;
import dev.tenon.method.QuantizationConfig;
import dev.tenon.method.TrainedHead;
import dev.tenon.method.Tuned;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Models;
import dev.tenon.model.Network;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The tensor engine and the base model of one training process. */
final class Session implements AutoCloseable {
    private static final int BATCH_TOKENS_ON_CPU = 4096;
    private static final int BATCH_TOKENS_ON_GPU = 16_384;

    private final Network model;

    private Session(Network model) {
        this.model = model;
    }

    static Session open(TrainingSpec spec, String phase, Events events) {
        Engine.start(
                Path.of(System.getProperty("java.io.tmpdir")),
                spec.threads(),
                message -> events.send("phase", "phase", phase, "message", message));
        events.send("phase", "phase", phase, "message", "Loading base model");
        var device = Device.parse(spec.device());
        var form = QuantizationConfig.form(spec.adapter());
        return new Session(Models.open(Path.of(spec.baseDirectory()), device, Models.preferredType(device), form));
    }

    Network model() {
        return model;
    }

    /** A fresh adapter by the job's settings with a head for its task, or what the job continues. */
    Tuned tuned(TrainingSpec spec, TokenFile examples, TaskFile task) {
        var initial = spec.initialAdapterDirectory();
        if (initial != null) {
            return requireHead(Tuned.load(model, Path.of(initial)), task);
        }
        var adapter = fresh(spec, examples);
        var head = task.head();
        return new Tuned(
                adapter,
                head == null
                        ? null
                        : TrainedHead.fresh(
                                (EncoderModel) model,
                                head,
                                task.labels(),
                                spec.hyperparameters().seed()));
    }

    private static Tuned requireHead(Tuned tuned, TaskFile task) {
        var head = tuned.head();
        boolean fits = head == null
                ? task.head() == null
                : head.head().form().task() == task.head()
                        && head.head().labels().equals(task.labels());
        if (!fits) {
            tuned.close();
            throw Problem.invalid(
                    "model",
                    "other_task",
                    "The adapter to continue has %s, but the training file is for %s: start from the base model."
                            .formatted(
                                    head == null ? "no head" : "a head of another kind or for other labels",
                                    task.task().label()));
        }
        return tuned;
    }

    private Adapter fresh(TrainingSpec spec, TokenFile examples) {
        var methods = Methods.scan();
        int wanted = Math.min(methods.calibrationExamples(spec.adapter()), examples.documents());
        var documents = IntStream.range(0, wanted).mapToObj(examples::document).toList();
        var batches = documents.isEmpty()
                ? List.<Sequences>of()
                : Batch.split(documents, batchTokens()).stream()
                        .map(Batch::sequences)
                        .toList();
        var sources = new ArrayList<Adapter>();
        try {
            spec.sourceDirectories().forEach(source -> sources.add(AdapterFolder.load(model, Path.of(source))));
            var calibration = new Calibration(batches, text -> tokens(spec, text), sources);
            return methods.attach(model, spec.adapter(), spec.hyperparameters().seed(), calibration);
        } finally {
            sources.forEach(Adapter::close);
        }
    }

    private static long[] tokens(TrainingSpec spec, String text) {
        try (var tokenizer = Tokenizer.load(Path.of(spec.baseDirectory()))) {
            return Arrays.stream(tokenizer.encode(text)).asLongStream().toArray();
        }
    }

    /** Tokens that fit one pass through the model. */
    int batchTokens() {
        return batchTokens(model.device().isGpu());
    }

    static int batchTokens(boolean onGpu) {
        return onGpu ? BATCH_TOKENS_ON_GPU : BATCH_TOKENS_ON_CPU;
    }

    @Override
    public void close() {
        model.close();
    }
}
