package dev.tenon.training;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * What the worker tells a training process: lines on standard input. A process whose worker is silent for 20 seconds,
 * or gone, ends itself before the job's lease can pass to another.
 */
final class Commands {
    /** Exit status of a process that lost its worker. */
    static final int ABANDONED = 5;

    private static final long SILENCE_NANOS = 20_000_000_000L;
    private static final long LOOK_MILLIS = 1_000;

    private volatile long heard = System.nanoTime();
    private volatile boolean cancelled;
    private volatile boolean draining;
    private volatile boolean nothingToKeep;

    /** Begins to listen, and to end this process when nothing is heard. */
    static Commands listen(InputStream in) {
        var commands = new Commands();
        Thread.ofPlatform().daemon().name("commands").start(() -> commands.read(in));
        Thread.ofPlatform().daemon().name("silence").start(commands::watch);
        return commands;
    }

    private void read(InputStream in) {
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                heard = System.nanoTime();
                switch (line.strip()) {
                    case "cancel" -> cancelled = true;
                    case "drain" -> draining = true;
                    default -> {
                        // "ping", or a word of a later version: being heard is what counts
                    }
                }
            }
        } catch (IOException e) {
            System.err.println("Standard input failed: " + e.getMessage());
        }
        Runtime.getRuntime().halt(ABANDONED);
    }

    private void watch() {
        while (System.nanoTime() - heard < SILENCE_NANOS) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        System.err.println("Nothing heard from the worker for 20 s");
        Runtime.getRuntime().halt(ABANDONED);
    }

    /** From now on a wish for a checkpoint ends the process as a cancellation does: this phase has nothing to keep. */
    void keepNothing() {
        nothingToKeep = true;
    }

    /** Throws when the job was cancelled, or is to go on later and loses nothing. */
    void check() {
        if (cancelled || draining && nothingToKeep) {
            throw new Cancelled();
        }
    }

    /** Whether the worker wants a checkpoint and the end of this process. */
    boolean draining() {
        return draining;
    }

    /** The process is no longer wanted, and nothing needs to be kept. */
    static final class Cancelled extends RuntimeException {}
}
