package dev.tenon.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines that the child wrote to its standard error: why it died is mostly among them. */
final class StderrTail {
    private static final int LINES = 40;
    private static final int LENGTH = 500;
    private final Deque<String> lines = new ArrayDeque<>();

    void drain(InputStream in) {
        try (var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(line);
            }
        } catch (IOException closed) {
            add("(standard error closed: " + closed.getMessage() + ")");
        }
    }

    private synchronized void add(String line) {
        if (lines.size() == LINES) {
            lines.removeFirst();
        }
        lines.addLast(line.length() > LENGTH ? line.substring(0, LENGTH) + "…" : line);
    }

    /** The last lines joined, at most {@code count}. */
    synchronized String last(int count) {
        return String.join(
                "\n", lines.stream().skip(Math.max(0, lines.size() - count)).toList());
    }
}
