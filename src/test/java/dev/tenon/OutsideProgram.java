package dev.tenon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Another program that a test runs to its end, with a bound: what it wrote by then is in the failure. */
public final class OutsideProgram {
    private OutsideProgram() {}

    /** Whether the command can be run here and ends well. */
    public static boolean answers(String... command) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(1, TimeUnit.MINUTES);
            process.destroyForcibly();
            return ended && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    /** Its standard output. Into files and not from pipes: reading a pipe has no bound. */
    public static String run(Path folder, Map<String, String> environment, Duration bound, List<String> command)
            throws IOException, InterruptedException {
        var written = Files.createTempDirectory("program");
        var output = written.resolve("output");
        var errors = written.resolve("errors");
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            boolean ended = process.waitFor(bound.toSeconds(), TimeUnit.SECONDS);
            var seen = "%s wrote: %s%s".formatted(command, Files.readString(output), Files.readString(errors));
            assertThat(ended).as("ended within %s; %s", bound, seen).isTrue();
            assertThat(process.exitValue()).as(seen).isZero();
            return Files.readString(output);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
            Files.deleteIfExists(written);
        }
    }
}
