package dev.tenon.serving.deployment;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.springframework.stereotype.Component;

/**
 * Changes of state that wait to be written down with the next heartbeat, so that no load waits for the database. Bounded:
 * in a storm of loads those that do not fit are lost.
 */
@Component
public class EventLog {
    private static final int KEPT = 10_000;
    private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(KEPT);

    /** A change that one organisation may see, or all. */
    record Line(String orgId, String type, String model, String message) {}

    /** Notes a change; never waits. */
    public void note(String orgId, String type, String model, String message) {
        lines.offer(new Line(orgId, type, model, message));
    }

    List<Line> take() {
        var taken = new ArrayList<Line>();
        lines.drainTo(taken);
        return taken;
    }

    /** Puts lines back that could not be written. */
    void putBack(List<Line> unwritten) {
        unwritten.forEach(lines::offer);
    }
}
