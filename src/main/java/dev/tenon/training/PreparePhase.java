package dev.tenon.training;

import dev.tenon.core.Problem;
import dev.tenon.text.ChatFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Turns the files of a job into tokens, line by line. */
record PreparePhase(JobFolder folder, TrainingSpec spec, Events events, Commands commands) {
    private static final long REPORT_NANOS = 1_000_000_000L;

    void run() throws IOException {
        try (var format = ChatFormat.load(Path.of(spec.baseDirectory()))) {
            var counts = tokenise(format, folder.trainFile(), folder.prepared("train"));
            if (counts.documents == 0) {
                throw Problem.invalid(
                        "training_file",
                        "nothing_to_train",
                        "No example of the training file has a token that can be trained within %d tokens."
                                .formatted(spec.hyperparameters().maxLength()));
            }
            if (Files.exists(folder.validationFile())) {
                tokenise(format, folder.validationFile(), folder.prepared("valid"));
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

    private Counts tokenise(ChatFormat format, Path source, Path target) throws IOException {
        var counts = new Counts();
        int longest = spec.hyperparameters().maxLength();
        long reported = System.nanoTime();
        try (var lines = Files.newBufferedReader(source, StandardCharsets.UTF_8);
                var writer = new TokenFile.Writer(target)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank()) {
                    continue;
                }
                commands.check();
                var tokens = format.trainingLine(line);
                var whole = new Document(tokens.ids(), tokens.trained());
                var document = whole.cut(longest);
                counts.truncated += document.ids().length < whole.ids().length ? 1 : 0;
                if (document.targets() == 0) {
                    counts.skipped++;
                    continue;
                }
                writer.add(document);
                counts.documents++;
                counts.tokens += document.ids().length;
                counts.targets += document.targets();
                if (System.nanoTime() - reported > REPORT_NANOS) {
                    reported = System.nanoTime();
                    events.send(
                            "phase",
                            "phase",
                            "prepare",
                            "message",
                            "Tokenised %,d examples".formatted(counts.documents));
                }
            }
        }
        return counts;
    }
}
