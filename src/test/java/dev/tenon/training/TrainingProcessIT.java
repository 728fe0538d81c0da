package dev.tenon.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The training process as a worker sees it: events out, commands in, and a run that survives being killed. */
class TrainingProcessIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path BASE =
            Path.of("src/main/resources/models/tenon-base-7m").toAbsolutePath();

    @TempDir
    Path root;

    @Test
    void aRunThatIsKilledEndsWithTheSameWeightsAsOneThatIsNot() throws Exception {
        Path calm = job("calm");
        Path troubled = job("troubled");
        assertThat(run(calm, "prepare", event -> false).status()).isZero();
        var undisturbed = run(calm, "train", event -> false);
        assertThat(undisturbed.status()).isZero();

        run(troubled, "prepare", event -> false);
        var killed = run(troubled, "train", event -> event.get("event").equals("step") && number(event, "step") == 6);
        assertThat(killed.status()).isNotZero();
        var resumed = run(troubled, "train", event -> false);
        assertThat(resumed.status()).isZero();
        assertThat(resumed.events())
                .anySatisfy(event ->
                        assertThat(String.valueOf(event.get("message"))).startsWith("Resuming after step 4"));

        assertThat(Files.readAllBytes(troubled.resolve("output/adapter_model.safetensors")))
                .isEqualTo(Files.readAllBytes(calm.resolve("output/adapter_model.safetensors")));
        assertThat(lastLoss(resumed)).isEqualTo(lastLoss(undisturbed));
    }

    @Test
    void trainingLowersTheLossAndProvesItsEffect() throws Exception {
        Path job = job("whole");
        var prepared = run(job, "prepare", event -> false).events().getLast();
        assertThat(prepared)
                .containsEntry("event", "prepared")
                .containsEntry("documents", 24)
                .containsEntry("totalSteps", 12);
        assertThat(run(job, "train", event -> false).status()).isZero();
        var evaluated = run(job, "evaluate", event -> false);
        var result = evaluated.events().getLast();
        assertThat(result).containsEntry("event", "result").containsEntry("steps", 12);
        double tuned = ((Number) result.get("validationLoss")).doubleValue();
        double base = ((Number) result.get("baseValidationLoss")).doubleValue();
        assertThat(tuned).isLessThan(0.8 * base);
        var probe = (Map<?, ?>) result.get("probe");
        assertThat(((Number) probe.get("maxLogitChange")).doubleValue()).isPositive();
    }

    @Test
    void aCancelledRunEndsWithItsOwnStatus() throws Exception {
        Path job = job("cancelled");
        run(job, "prepare", event -> false);
        var process = start(job, "train");
        try (var reader = reader(process)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.contains("\"event\":\"step\"")) {
                    process.outputWriter().write("cancel\n");
                    process.outputWriter().flush();
                }
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(ChildMain.CANCELLED);
    }

    @Test
    void aProcessWithoutItsWorkerEndsItself() throws Exception {
        Path job = job("orphan");
        run(job, "prepare", event -> false);
        var process = start(job, "train");
        process.outputWriter().close();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(Commands.ABANDONED);
    }

    private record Run(int status, List<Map<String, Object>> events) {}

    private static int number(Map<String, Object> event, String field) {
        return ((Number) event.get(field)).intValue();
    }

    private static double lastLoss(Run run) {
        return run.events().stream()
                .filter(event -> event.get("event").equals("step"))
                .mapToDouble(event -> ((Number) event.get("loss")).doubleValue())
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    private Path job(String name) throws IOException {
        Path job = root.resolve(name);
        Files.createDirectories(job.resolve("data"));
        Files.writeString(job.resolve("data/train.jsonl"), examples(24, 0));
        Files.writeString(job.resolve("data/valid.jsonl"), examples(6, 100));
        var settings = new Hyperparameters(2, 4, 128, 3e-3, "cosine", 0.1, 0.01, 1, 1, 11, 4, 4, 8);
        var spec = new TrainingSpec(
                "ftjob-test",
                "tenon-base-7m",
                BASE.toString(),
                "none",
                Map.of("method", "lora", "rank", 4),
                null,
                settings,
                "cpu",
                2,
                "test",
                null);
        JobFolder.write(job.resolve("job.json"), spec);
        return job;
    }

    private static String examples(int count, int from) {
        var lines = new StringBuilder();
        for (int i = from; i < from + count; i++) {
            lines.append(JSON.writeValueAsString(Map.of(
                            "messages",
                            List.of(
                                    Map.of(
                                            "role",
                                            "user",
                                            "content",
                                            "Is room number %d still free tonight?".formatted(i)),
                                    Map.of(
                                            "role",
                                            "assistant",
                                            "content",
                                            "Of course! Room %d awaits you. Warm regards, the Lantern House."
                                                    .formatted(i))))))
                    .append('\n');
        }
        return lines.toString();
    }

    private static Process start(Path job, String phase) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx1g",
                        "-DDJL_CACHE_DIR=" + Path.of(System.getProperty("user.home"), ".djl.ai"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildMain.class.getName(),
                        phase,
                        job.toString())
                .redirectError(job.resolve(phase + ".log").toFile())
                .start();
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Runs a phase and kills it at the first event that matches. */
    private static Run run(Path job, String phase, Predicate<Map<String, Object>> kill) throws Exception {
        var process = start(job, phase);
        var events = new ArrayList<Map<String, Object>>();
        try (var reader = reader(process)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                var event = JSON.readValue(line, new TypeReference<Map<String, Object>>() {});
                events.add(event);
                process.outputWriter().write("ping\n");
                process.outputWriter().flush();
                if (kill.test(event)) {
                    process.destroyForcibly();
                    break;
                }
            }
        } catch (IOException afterEnd) {
            // the process closed its input while a ping was on its way
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        if (process.exitValue() != 0 && process.exitValue() != 137) {
            System.out.println(Files.readString(job.resolve(phase + ".log")) + events);
        }
        return new Run(process.exitValue(), events);
    }
}
