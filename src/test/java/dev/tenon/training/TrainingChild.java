package dev.tenon.training;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A real training process as a worker starts it, on the shipped base model. */
final class TrainingChild implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    static final Path BASE = Path.of("src/main/resources/models/tenon-base-7m").toAbsolutePath();

    private final Process process;
    private final BufferedReader out;
    private final List<Map<String, Object>> events = new ArrayList<>();
    private final Thread pings;
    private volatile boolean hungUp;

    private TrainingChild(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.pings = Thread.ofPlatform().daemon().start(this::ping);
    }

    static TrainingChild start(String phase, Path folder) throws IOException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "dev.tenon.training.ChildMain",
                phase,
                folder.toString());
        builder.environment().put("CLASSPATH", classPath);
        builder.environment()
                .putIfAbsent(
                        "DJL_CACHE_DIR",
                        Path.of(System.getProperty("user.home"), ".djl.ai").toString());
        builder.redirectError(folder.resolve(phase + ".log").toFile());
        return new TrainingChild(builder.start());
    }

    /** Runs a phase to its end and returns its events. */
    static List<Map<String, Object>> run(String phase, Path folder) throws Exception {
        try (var child = start(phase, folder)) {
            int status = child.finish();
            if (status != ChildMain.DONE) {
                throw new AssertionError("%s ended with %d: %s"
                        .formatted(phase, status, Files.readString(folder.resolve(phase + ".log"))));
            }
            return child.events();
        }
    }

    private void ping() {
        try {
            while (process.isAlive()) {
                say("ping");
                Thread.sleep(2000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void say(String word) {
        try {
            synchronized (process) {
                process.getOutputStream().write((word + "\n").getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().flush();
            }
        } catch (IOException e) {
            if (process.isAlive() && !hungUp) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Reads events up to the first that fits. */
    void await(Predicate<Map<String, Object>> wanted) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            var event = JSON.readValue(line, new TypeReference<Map<String, Object>>() {});
            events.add(event);
            if (wanted.test(event)) {
                return;
            }
        }
    }

    void awaitStep(int step) throws IOException {
        await(event -> "step".equals(event.get("event")) && ((Number) event.get("step")).intValue() == step);
    }

    /** Closes the pipe to the process, as a dying worker does. */
    void hangUp() throws IOException {
        hungUp = true;
        pings.interrupt();
        synchronized (process) {
            process.getOutputStream().close();
        }
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Waits for the end and returns the exit status. */
    int finish() throws Exception {
        await(event -> false);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the process closed its output and did not end");
        }
        return process.exitValue();
    }

    List<Map<String, Object>> events() {
        return events;
    }

    @Override
    public void close() {
        pings.interrupt();
        process.destroyForcibly();
    }

    /** Writes {@code job.json}. */
    static void describe(Path folder, Map<String, Object> adapter, Hyperparameters settings) {
        describe(folder, BASE, adapter, settings);
    }

    static void describe(Path folder, Path base, Map<String, Object> adapter, Hyperparameters settings) {
        var spec = new TrainingSpec(
                "ftjob-test",
                base.getFileName().toString(),
                base.toString(),
                "digest",
                adapter,
                null,
                settings,
                "cpu",
                1,
                "test",
                null,
                List.of());
        JobFolder.write(folder.resolve("job.json"), spec);
    }
}
