package dev.tenon.boot.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs {@code initdb} and {@code pg_ctl}. PostgreSQL refuses to run as root, so for root the programs run in a user
 * namespace without privileges or, where the kernel grants none, as the user {@code nobody} that may still pass
 * through root's own folders.
 */
final class PostgresProgram {
    private static final int NOBODY = 65534;
    private static final List<String> NAMESPACE = List.of("unshare", "-U");
    private static final List<String> OTHER_USER = List.of(
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            "--inh-caps=-all,+dac_override",
            "--ambient-caps=-all,+dac_override");

    private final Path binaries;
    private final List<String> prefix;

    PostgresProgram(Path binaries, Path data) throws IOException {
        this.binaries = binaries;
        this.prefix = prefix(data);
    }

    /** Runs to the end and returns what it wrote; a failure carries that text. */
    String run(String program, List<String> arguments) throws IOException {
        var command = new ArrayList<>(prefix);
        command.add(binaries.resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        var output = Files.createTempFile("tenon-" + program, ".txt");
        try {
            int exit = execute(command, output);
            var text = Files.readString(output, StandardCharsets.UTF_8).strip();
            if (exit != 0) {
                throw new IOException(program + " failed (exit " + exit + "): " + text);
            }
            return text;
        } finally {
            Files.delete(output);
        }
    }

    private static List<String> prefix(Path data) throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            return List.of();
        }
        boolean foreign = Files.exists(data) && (int) Files.getAttribute(data, "unix:uid") == NOBODY;
        if (!foreign && works(NAMESPACE)) {
            return NAMESPACE;
        }
        if (works(OTHER_USER)) {
            return OTHER_USER;
        }
        throw new IOException("PostgreSQL cannot run as root, and neither 'unshare -U' nor 'setpriv' (util-linux) works"
                + " here. Start Tenon as another user, or set spring.datasource.url to a PostgreSQL of your own.");
    }

    private static boolean works(List<String> prefix) throws IOException {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of("id", "-u"));
        var output = Files.createTempFile("tenon-id", ".txt");
        try {
            return execute(command, output) == 0
                    && !Files.readString(output).strip().equals("0");
        } catch (IOException missing) {
            return false;
        } finally {
            Files.delete(output);
        }
    }

    /** Output goes to a file, for a pipe would stay open as long as the server that pg_ctl leaves behind. */
    private static int execute(List<String> command, Path output) throws IOException {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException("No end after 5 minutes: " + String.join(" ", command));
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IOException("Interrupted while waiting for " + command, e);
        }
    }
}
