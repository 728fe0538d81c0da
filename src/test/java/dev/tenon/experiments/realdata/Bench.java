package dev.tenon.experiments.realdata;

import dev.tenon.method.Adapter;
import dev.tenon.method.Calibration;
import dev.tenon.method.Methods;
import dev.tenon.method.TrainedHead;
import dev.tenon.method.Tuned;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.HeadForm;
import dev.tenon.model.Models;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.training.Batch;
import dev.tenon.training.Document;
import dev.tenon.training.Hyperparameters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One task on its base: makes what is trained, and the batches.
 *
 * @param steps of a whole run
 */
record Bench(String task, Corpus corpus, Network model, int batch, int steps) implements AutoCloseable {
    private static final int LOOKED_AT = 64;

    static Bench open(Path models, Path folder, String task, int batch, int steps) {
        var corpus = Corpus.read(folder, task);
        var device = Device.parse(System.getProperty("tenon.device", "cpu"));
        return new Bench(task, corpus, Models.open(models.resolve(corpus.base()), device, DType.F32), batch, steps);
    }

    /** Where it is computed, {@code cpu} or {@code cuda:0}. */
    String device() {
        return model.device().toString();
    }

    /** An adapter and the head beside it, as a job of this seed would start them. */
    Tuned start(Contender contender, long seed) {
        Adapter adapter = contender.settings().isEmpty()
                ? new NoAdapter()
                : Methods.scan().attach(model, contender.settings(), seed, calibration(contender));
        return new Tuned(
                adapter,
                corpus.classifies()
                        ? TrainedHead.fresh((EncoderModel) model, HeadForm.Task.CLASSIFICATION, corpus.labels(), seed)
                        : null);
    }

    private Calibration calibration(Contender contender) {
        int wanted = Math.min(LOOKED_AT, Methods.scan().calibrationExamples(contender.settings()));
        return new Calibration(
                wanted == 0
                        ? List.of()
                        : List.of(Batch.of(corpus.training().subList(0, wanted)).sequences()));
    }

    /** The product's own settings for a run of so many steps; a head has its usual rate, but where it is all there is. */
    Hyperparameters hyperparameters(Contender contender, double factor, long seed, int count) {
        double rate = contender.rate() * factor;
        var settings = new Hyperparameters(1, batch, 512, rate, "cosine", 0.05, 0, 1, 1, seed, count, count, 0);
        boolean alone = contender.settings().isEmpty();
        return corpus.classifies() && !alone
                ? settings.withHeadLearningRate(
                        TrainedHead.learningRate(model.config().hidden()))
                : settings;
    }

    /** The batches of a run, drawn by its seed. */
    List<Batch> batches(long seed, int count) {
        var random = new Random(seed);
        var batches = new ArrayList<Batch>();
        for (int i = 0; i < count; i++) {
            var documents = new ArrayList<Document>();
            for (int at = 0; at < batch; at++) {
                documents.add(
                        corpus.training().get(random.nextInt(corpus.training().size())));
            }
            batches.add(Batch.of(documents));
        }
        return batches;
    }

    @Override
    public void close() {
        model.close();
    }
}
