package dev.tenon.serving;

import dev.tenon.core.Problem;
import java.util.concurrent.Semaphore;

/** Bounds the requests that generate or wait; whoever comes beyond is refused at once with a wait. */
final class Admission {
    private final Semaphore places;
    private final int bound;

    Admission(int bound) {
        this.places = new Semaphore(bound);
        this.bound = bound;
    }

    void enter() {
        if (!places.tryAcquire()) {
            throw full();
        }
    }

    /** Throws what {@link #enter} would at the last of so many; nobody is let in. */
    void requirePlaces(int count) {
        if (places.availablePermits() < count) {
            throw full();
        }
    }

    private Problem full() {
        return Problem.unavailable(
                "server_overloaded",
                "The server is busy: %d requests are running or waiting. Repeat the request shortly.".formatted(bound),
                1);
    }

    void leave() {
        places.release();
    }

    int inside() {
        return bound - places.availablePermits();
    }
}
