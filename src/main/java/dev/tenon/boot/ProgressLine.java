package dev.tenon.boot;

import java.io.PrintStream;

/** One line of progress: rewritten in place on a terminal, a new line on each tenth of the way elsewhere. */
final class ProgressLine {
    private static final int WIDTH = 24;

    private final PrintStream out;
    private final boolean terminal;
    private String shown = "";

    ProgressLine(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static ProgressLine onConsole() {
        var console = System.console();
        return new ProgressLine(System.out, console != null && console.isTerminal());
    }

    /** Shows {@code done} of {@code total} (0 of 0 while nothing is known) and what is going on. */
    void show(String phase, int done, int total, String detail) {
        var bar = total == 0 ? "" : "[" + bar(done, total) + "] " + done + "/" + total + "  ";
        var line = "  " + phase + "  " + bar + detail;
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, shown.length() - line.length())));
            out.flush();
            shown = line;
            return;
        }
        var stage = phase + (total == 0 ? 0 : 10 * done / total);
        if (!stage.equals(shown)) {
            out.println(line);
            shown = stage;
        }
    }

    /** Ends the line with a last word. */
    void end(String text) {
        if (terminal) {
            out.println();
        }
        out.println("  " + text);
        out.flush();
    }

    private static String bar(int done, int total) {
        int filled = Math.clamp((long) WIDTH * done / total, 0, WIDTH);
        return "#".repeat(filled) + "-".repeat(WIDTH - filled);
    }
}
