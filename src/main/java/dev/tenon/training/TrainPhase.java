package dev.tenon.training;

import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Tuned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Trains from the newest checkpoint, or from the beginning, to the last step. */
final class TrainPhase {
    private static final long SEED_STRIDE = 1_000_003;

    private final JobFolder folder;
    private final TrainingSpec spec;
    private final Events events;
    private final Commands commands;
    private RunState state = RunState.start();

    TrainPhase(JobFolder folder, TrainingSpec spec, Events events, Commands commands) {
        this.folder = folder;
        this.spec = spec;
        this.events = events;
        this.commands = commands;
    }

    /** Whether training is finished; false when the worker wanted it to stop after a checkpoint. */
    boolean run() {
        var settings = spec.hyperparameters();
        var task = JobFolder.read(folder.task(), TaskFile.class);
        try (var session = Session.open(spec, "train", events);
                var train = TokenFile.open(folder.prepared("train"));
                var tuned = session.tuned(spec, train, task);
                var valid =
                        TokenFile.exists(folder.prepared("valid")) ? TokenFile.open(folder.prepared("valid")) : null) {
            var judge = new Judge(session, task, commands);
            var plan = new StepPlan(train.documents(), settings);
            try (var trainer = new Trainer(session.model(), tuned, settings, plan.totalSteps())) {
                folder.newestCheckpoint().ifPresent(checkpoint -> resume(checkpoint, tuned, trainer));
                if (valid != null && state.baseLoss() == null) {
                    evaluateBase(judge, train, valid);
                }
                while (state.step() < plan.totalSteps()) {
                    commands.check();
                    step(session, trainer, plan, train, task);
                    boolean last = state.step() == plan.totalSteps();
                    if (valid != null && (last || state.step() % settings.evaluateEverySteps() == 0)) {
                        evaluate(judge, tuned, valid, trainer.isInLastPhase());
                    }
                    // A new best is kept at once: no later checkpoint could bring its weights back.
                    boolean best = valid != null && state.bestStep() == state.step();
                    if (last || best || commands.draining() || state.step() % settings.checkpointEverySteps() == 0) {
                        checkpoint(tuned, trainer);
                    }
                    if (commands.draining() && !last) {
                        return false;
                    }
                }
            }
        }
        publish();
        return true;
    }

    private void resume(Path checkpoint, Tuned tuned, Trainer trainer) {
        trainer.enterPhaseOf(RunState.read(checkpoint).step());
        state = RunState.restore(checkpoint, tuned, trainer.optimiser());
        events.send(
                "phase",
                "phase",
                "train",
                "message",
                "Resuming after step %d".formatted(state.step()),
                "step",
                state.step());
    }

    private void evaluateBase(Judge judge, TokenFile train, TokenFile valid) {
        events.send("phase", "phase", "train", "message", "Measuring the base model");
        var evaluation = judge.base(train, valid, mostDocuments());
        state = state.withBase(evaluation.loss());
        events.evaluation(evaluation, state.step(), false, true);
    }

    private int mostDocuments() {
        return spec.hyperparameters().maxEvaluationDocuments();
    }

    private void step(Session session, Trainer trainer, StepPlan plan, TokenFile train, TaskFile task) {
        long begin = System.nanoTime();
        int number = state.step() + 1;
        var documents = new ArrayList<Document>();
        long seed = (spec.hyperparameters().seed() * SEED_STRIDE + number) * SEED_STRIDE;
        plan.documents(number).forEach(index -> documents.add(task.drawn(train.document(index), seed + index)));
        var done = trainer.step(number, Batch.split(documents, session.batchTokens()));
        if (!Double.isFinite(done.loss()) || !Double.isFinite(done.gradientNorm())) {
            throw diverged(number, done.loss());
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        state = state.after(number, done.tokens(), done.targets(), done.loss());
        events.send(
                "step",
                "step",
                number,
                "total",
                plan.totalSteps(),
                "epoch",
                plan.epochAfter(number),
                "loss",
                done.loss(),
                "accuracy",
                done.accuracy(),
                "learningRate",
                done.rate(),
                "gradientNorm",
                done.gradientNorm(),
                "tokensPerSecond",
                done.tokens() / seconds,
                "tokens",
                done.tokens(),
                "millis",
                Math.round(seconds * 1000));
    }

    private Diverged diverged(int step, double loss) {
        return new Diverged(step, loss, spec.hyperparameters().headLearningRate() != null);
    }

    private void evaluate(Judge judge, Tuned tuned, TokenFile valid, boolean result) {
        var evaluation = judge.tuned(tuned, valid, mostDocuments());
        if (!Double.isFinite(evaluation.loss())) {
            throw diverged(state.step(), evaluation.loss());
        }
        if (result) {
            state = state.evaluated(evaluation);
        }
        events.evaluation(evaluation, state.step(), false, false);
    }

    private void checkpoint(Tuned tuned, Trainer trainer) {
        String name = "step-%06d".formatted(state.step());
        Path target = folder.checkpoints().resolve(name);
        Path partial = folder.checkpoints().resolve("." + name + ".partial");
        try {
            clear(partial);
            Files.createDirectories(partial);
            tuned.save(partial, spec.baseName());
            keepBest(partial);
            state.save(partial, tuned, trainer.optimiser());
            clear(target);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        events.send(
                "checkpoint",
                "step",
                state.step(),
                "directory",
                "checkpoints/" + name,
                "best",
                state.bestStep() == state.step(),
                "trainLoss",
                state.lastLoss(),
                "validationLoss",
                state.bestStep() == state.step() ? state.bestLoss() : null,
                "validationAccuracy",
                state.bestStep() == state.step() ? state.bestAccuracy() : null);
    }

    /** Every checkpoint carries the best adapter so far, because only the newest one may travel to the next host. */
    private void keepBest(Path checkpoint) throws IOException {
        Path best = checkpoint.resolve("best");
        Files.createDirectories(best);
        var previous = folder.newestCheckpoint();
        boolean own = state.bestStep() == state.step() || state.bestStep() == 0 || previous.isEmpty();
        Path source = own ? checkpoint : previous.get().resolve("best");
        copy(source, best);
    }

    private static void copy(Path from, Path to) throws IOException {
        for (String file : List.of(AdapterFolder.SETTINGS, AdapterFolder.WEIGHTS, AdapterFolder.HEAD)) {
            if (Files.exists(from.resolve(file))) {
                Files.copy(from.resolve(file), to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void publish() {
        Path newest = folder.newestCheckpoint().orElseThrow();
        try {
            Files.createDirectories(folder.output());
            copy(newest.resolve("best"), folder.output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void clear(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (var walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The loss became infinite or not a number. */
    static final class Diverged extends RuntimeException {
        Diverged(int step, @Nullable Double loss, boolean headed) {
            super("The loss is %s at step %d; try a smaller learning_rate_multiplier%s."
                    .formatted(loss, step, headed ? " or head_learning_rate" : ""));
        }
    }
}
