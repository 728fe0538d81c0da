package dev.tenon.training;

import dev.tenon.TensorEngine;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A whole job on the shipped encoder, its phases one after the other in this process. */
final class EncoderRun {
    static final Path BASE =
            Path.of("src/main/resources/models/tenon-encoder-4m").toAbsolutePath();
    private static final JsonMapper JSON = new JsonMapper();

    private final Path folder;
    private final List<Map<String, Object>> events = new ArrayList<>();

    EncoderRun(Path folder) {
        TensorEngine.start();
        this.folder = folder;
    }

    static Hyperparameters settings(int epochs, int batch, double rate) {
        return new Hyperparameters(epochs, batch, 128, rate, "cosine", 0.05, 0, 1, 1, 11, 1000, 1000, 1000);
    }

    /** Writes the job: its data, in any format, and its settings. */
    EncoderRun describe(String train, String valid, Map<String, Object> adapter, Hyperparameters settings)
            throws IOException {
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("data/train.jsonl"), train);
        Files.writeString(folder.resolve("data/valid.jsonl"), valid);
        TrainingChild.describe(folder, BASE, adapter, settings);
        return this;
    }

    /** Runs all phases and returns the result event. */
    Map<String, Object> run() throws IOException {
        var job = new JobFolder(folder);
        var bytes = new ByteArrayOutputStream();
        var out = new Events(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        var commands = Commands.listen(new Endless());
        new PreparePhase(job, job.spec(), out, commands).run();
        new TrainPhase(job, job.spec(), out, commands).run();
        new EvaluatePhase(job, job.spec(), out, commands).run();
        for (String line : bytes.toString(StandardCharsets.UTF_8).lines().toList()) {
            events.add(JSON.readValue(line, new TypeReference<Map<String, Object>>() {}));
        }
        return events.getLast();
    }

    List<Map<String, Object>> events() {
        return events;
    }

    /** Says "ping" for ever. */
    private static final class Endless extends java.io.InputStream {
        private final ByteArrayInputStream word = new ByteArrayInputStream("ping\n".getBytes(StandardCharsets.UTF_8));

        @Override
        public int read() {
            int next = word.read();
            if (next < 0) {
                word.reset();
                try {
                    Thread.sleep(1000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return word.read();
            }
            return next;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            buffer[offset] = (byte) read();
            return 1;
        }
    }
}
