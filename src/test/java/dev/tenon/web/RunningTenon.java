package dev.tenon.web;

import dev.tenon.TenonContext;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The product as people start it, in a process of its own: its own PostgreSQL in an empty home, one port, nothing of the
 * tests on its class path. It can be stopped and started again.
 */
public final class RunningTenon implements AutoCloseable {
    static final String KEY = TenonContext.ADMIN_KEY;

    private static final Duration READY = Duration.ofMinutes(4);
    /** What comes before the server's command, such as {@code taskset -c 0-3}. */
    private static final String PREFIX = System.getProperty("tenon.test.prefix", "");

    private final Path home;
    private final int port;
    private final List<String> settings;
    private Process process;

    private RunningTenon(Path home, int port, List<String> settings) throws IOException {
        this.home = home;
        this.port = port;
        this.settings = settings;
        this.process = launch();
    }

    /** Starts it with more settings, for example {@code --tenon.serving.rows=4}. */
    public static RunningTenon start(String... settings) throws IOException, InterruptedException {
        var homes = Files.createDirectories(Path.of("target", "test-homes").toAbsolutePath());
        var tenon = new RunningTenon(Files.createTempDirectory(homes, "web-"), freePort(), List.of(settings));
        tenon.awaitReady();
        return tenon;
    }

    public String address() {
        return "http://localhost:" + port;
    }

    public long pid() {
        return process.pid();
    }

    void stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new IllegalStateException(
                    "The server did not stop within a minute; %s says: %s".formatted(log(), said()));
        }
    }

    void startAgain() throws IOException, InterruptedException {
        process = launch();
        awaitReady();
    }

    private Process launch() throws IOException {
        var command = new ArrayList<>(List.of(PREFIX.isBlank() ? new String[0] : PREFIX.split(" ")));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx1g"));
        var cache = System.getProperty("DJL_CACHE_DIR");
        if (cache != null) {
            command.add("-DDJL_CACHE_DIR=" + cache);
        }
        command.addAll(List.of(
                "-cp",
                classPath(),
                "dev.tenon.Tenon",
                "--server.port=" + port,
                "--tenon.home=" + home,
                "--tenon.sample=false",
                "--tenon.device=cpu",
                "--tenon.bootstrap-api-key=" + KEY));
        command.addAll(settings);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private Path log() {
        return home.resolveSibling(home.getFileName() + ".log");
    }

    /** The end of the log. */
    private String said() throws IOException {
        var lines = Files.readAllLines(log());
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private void awaitReady() throws IOException, InterruptedException {
        var health = HttpRequest.newBuilder(URI.create(address() + "/actuator/health/readiness"))
                .timeout(Duration.ofSeconds(10))
                .build();
        long until = System.nanoTime() + READY.toNanos();
        try (var client = HttpClient.newHttpClient()) {
            while (System.nanoTime() < until && process.isAlive()) {
                try {
                    if (client.send(health, BodyHandlers.discarding()).statusCode() == 200) {
                        return;
                    }
                } catch (IOException notYet) {
                    // nobody listens there yet
                }
                Thread.sleep(100);
            }
        }
        process.destroyForcibly();
        throw new IllegalStateException("The server did not get ready; %s says: %s".formatted(log(), said()));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        if (process.isAlive()) {
            stop();
        }
    }
}
