package dev.tenon.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/** A running training process: its events, its pipe of commands, and its end. */
final class ChildProcess {
    private static final Duration PING = Duration.ofSeconds(2);
    private static final Duration TERMINATE = Duration.ofSeconds(10);

    private final Process process;
    private final JsonMapper mapper;
    private final StderrTail stderr = new StderrTail();
    private final Thread errors;

    ChildProcess(ProcessBuilder builder, JsonMapper mapper) throws IOException {
        this.process = builder.start();
        this.mapper = mapper;
        this.errors = Thread.ofVirtual().start(() -> stderr.drain(process.getErrorStream()));
        Thread.ofVirtual().start(this::ping);
    }

    long pid() {
        return process.pid();
    }

    /** Hands every event to {@code sink} until the child closes its output, then waits for its end: the exit code. */
    int follow(Consumer<ChildEvent> sink) throws IOException, InterruptedException {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                var event = ChildEvent.parse(mapper, line);
                if (event != null) {
                    sink.accept(event);
                }
            }
        }
        int code = process.waitFor();
        errors.join(Duration.ofSeconds(2));
        return code;
    }

    String stderr(int lines) {
        return stderr.last(lines);
    }

    /** Sends a command line; a child that is gone cannot hear it, and need not. */
    void say(String command) {
        try {
            OutputStream in = process.getOutputStream();
            synchronized (in) {
                in.write((command + "\n").getBytes(StandardCharsets.UTF_8));
                in.flush();
            }
        } catch (IOException gone) {
            // its end is reported by follow()
        }
    }

    /** Asks with the command, then with SIGTERM, then ends it with SIGKILL; returns at once. */
    void stop(String command, Duration patience) {
        Thread.ofVirtual().start(() -> {
            try {
                say(command);
                if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroy();
                    if (!process.waitFor(TERMINATE.toMillis(), TimeUnit.MILLISECONDS)) {
                        kill();
                    }
                }
            } catch (InterruptedException e) {
                kill();
            }
        });
    }

    void kill() {
        process.destroyForcibly();
    }

    private void ping() {
        try {
            while (process.isAlive()) {
                say("ping");
                Thread.sleep(PING);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
