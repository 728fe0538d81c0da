package dev.tenon.worker;

import java.nio.file.Path;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** How this worker runs jobs; the defaults suit one machine. */
@Component
class WorkerSettings {
    private final Path home;
    private final String device;
    private final int slots;
    private final int threads;
    private final String childHeap;
    private final String childMain;
    private final String id;

    WorkerSettings(
            @Value("${tenon.home:${user.home}/.tenon}") Path home,
            @Value("${tenon.device:auto}") String device,
            @Value("${tenon.worker.slots:1}") int slots,
            @Value("${tenon.worker.threads:0}") int threads,
            @Value("${tenon.worker.child-heap:1g}") String childHeap,
            @Value("${tenon.worker.child-main:dev.tenon.training.ChildMain}") String childMain) {
        this.home = home;
        this.device = device;
        this.slots = slots;
        this.threads = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
        this.childHeap = childHeap;
        this.childMain = childMain;
        // a fresh name each start: a worker that comes back must not be taken for the one that died
        this.id = "worker-" + UUID.randomUUID();
    }

    String id() {
        return id;
    }

    String device() {
        return device;
    }

    int slots() {
        return slots;
    }

    int threads() {
        return threads;
    }

    String childHeap() {
        return childHeap;
    }

    /** The class whose main method runs a phase. */
    String childMain() {
        return childMain;
    }

    Path cache() {
        return home.resolve("cache");
    }

    Path work() {
        return home.resolve("work");
    }
}
