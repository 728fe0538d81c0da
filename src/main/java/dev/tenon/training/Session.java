package dev.tenon.training;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Calibration;
import dev.tenon.method.Methods;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Models;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.text.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The tensor engine and the base model of one training process. */
final class Session implements AutoCloseable {
    private static final int BATCH_TOKENS_ON_CPU = 4096;
    private static final int BATCH_TOKENS_ON_GPU = 16_384;

    private final CausalModel model;

    private Session(CausalModel model) {
        this.model = model;
    }

    static Session open(TrainingSpec spec, String phase, Events events) {
        Engine.start(
                Path.of(System.getProperty("java.io.tmpdir")),
                spec.threads(),
                message -> events.send("phase", "phase", phase, "message", message));
        events.send("phase", "phase", phase, "message", "Loading base model");
        var device = Device.parse(spec.device());
        return new Session(Models.load(Path.of(spec.baseDirectory()), device, Models.preferredType(device)));
    }

    CausalModel model() {
        return model;
    }

    /** A fresh adapter by the job's settings, or the one that it continues. */
    Adapter adapter(TrainingSpec spec, TokenFile examples) {
        var initial = spec.initialAdapterDirectory();
        if (initial != null) {
            return AdapterFolder.load(model, Path.of(initial));
        }
        var methods = Methods.scan();
        int wanted = Math.min(methods.calibrationExamples(spec.adapter()), examples.documents());
        var documents = IntStream.range(0, wanted).mapToObj(examples::document).toList();
        var batches = documents.isEmpty()
                ? List.<Sequences>of()
                : Batch.split(documents, batchTokens()).stream()
                        .map(Batch::sequences)
                        .toList();
        var calibration = new Calibration(batches, text -> tokens(spec, text));
        return methods.attach(model, spec.adapter(), spec.hyperparameters().seed(), calibration);
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
