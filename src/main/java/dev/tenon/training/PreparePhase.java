package dev.tenon.training;

import dev.tenon.core.Problem;
import dev.tenon.method.TrainedHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Turns the files of a job into tokens, line by line. */
record PreparePhase(JobFolder folder, TrainingSpec spec, Events events, Commands commands) {
    private static final long REPORT_NANOS = 1_000_000_000L;

    void run() throws IOException {
        try (var source = source()) {
            JobFolder.write(folder.task(), source.task());
            var counts = tokenise(source, folder.trainFile(), folder.prepared("train"));
            if (counts.documents == 0) {
                throw Problem.invalid(
                        "training_file",
                        "nothing_to_train",
                        "No example of the training file has a token that can be trained within %d tokens."
                                .formatted(spec.hyperparameters().maxLength()));
            }
            if (Files.exists(folder.validationFile())) {
                tokenise(source, folder.validationFile(), folder.prepared("valid"));
            }
            var plan = new StepPlan(counts.documents, spec.hyperparameters());
            events.send(
                    "prepared",
                    "documents",
                    counts.documents,
                    "tokens",
                    counts.tokens,
                    "trainedTokens",
                    counts.targets,
                    "truncated",
                    counts.truncated,
                    "skipped",
                    counts.skipped,
                    "stepsPerEpoch",
                    plan.stepsPerEpoch(),
                    "totalSteps",
                    plan.totalSteps());
        }
    }

    private static final class Counts {
        int documents;
        long tokens;
        long targets;
        int truncated;
        int skipped;
    }

    private DocumentSource source() {
        String initial = spec.initialAdapterDirectory();
        List<String> labels = initial == null ? List.of() : TrainedHead.labels(Path.of(initial));
        return DocumentSource.of(
                folder.trainFile(),
                Path.of(spec.baseDirectory()),
                labels,
                spec.hyperparameters().maxLength());
    }

    private Counts tokenise(DocumentSource source, Path file, Path target) throws IOException {
        var counts = new Counts();
        var reported = new long[] {System.nanoTime()};
        try (var writer = new TokenFile.Writer(target)) {
            source.read(file, (line, document, truncated) -> {
                commands.check();
                counts.truncated += truncated ? 1 : 0;
                if (document.count() == 0) {
                    counts.skipped++;
                    return;
                }
                writer.add(document);
                counts.documents++;
                counts.tokens += document.ids().length;
                counts.targets += document.count();
                if (System.nanoTime() - reported[0] > REPORT_NANOS) {
                    reported[0] = System.nanoTime();
                    events.send(
                            "phase",
                            "phase",
                            "prepare",
                            "message",
                            "Tokenised %,d examples".formatted(counts.documents));
                }
            });
        }
        return counts;
    }
}
