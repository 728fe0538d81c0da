package dev.tenon.boot;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Tells the person at the console what is being waited for, once the wait has taken longer than two seconds. */
public final class Waiting implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration REMINDER = Duration.ofSeconds(5);

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("waiting").factory());
    private final PrintStream out;
    private final String what;
    private final long begun = System.nanoTime();
    private volatile String detail = "";
    private volatile boolean told;

    private Waiting(String what, PrintStream out) {
        this.what = what;
        this.out = out;
        clock.scheduleAtFixedRate(this::tell, PATIENCE.toMillis(), REMINDER.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Starts to watch; {@code what} is a phrase such as "Unpacking PostgreSQL". */
    public static Waiting on(String what) {
        return new Waiting(what, System.out);
    }

    static Waiting on(String what, PrintStream out) {
        return new Waiting(what, out);
    }

    /** How far it is, shown with the next line, for example "212 of 445 MB". */
    public void progress(String text) {
        detail = text.isEmpty() ? "" : " (" + text + ")";
    }

    private void tell() {
        told = true;
        out.printf("  %s%s … %d s%n", what, detail, seconds());
    }

    private long seconds() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        if (told) {
            out.printf("  %s: done after %d s%n", what, seconds());
        }
    }
}
