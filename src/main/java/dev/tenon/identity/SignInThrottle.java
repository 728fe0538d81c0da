package dev.tenon.identity;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Allows ten failed sign-ins a minute from one address. */
@Component
class SignInThrottle {
    private static final int LIMIT = 10;
    private static final long WINDOW_MILLIS = 60_000;
    private static final int ADDRESSES = 10_000;

    private final Clock clock;
    private final Map<String, Failures> failures = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > ADDRESSES; // an attacker with many addresses must not fill our memory
        }
    };

    private record Failures(long since, int count) {}

    @Autowired
    SignInThrottle() {
        this(Clock.systemUTC());
    }

    SignInThrottle(Clock clock) {
        this.clock = clock;
    }

    synchronized boolean allows(String address) {
        return recent(address).count() < LIMIT;
    }

    synchronized void failed(String address) {
        var known = recent(address);
        failures.remove(address); // so that the newest failure is the last to be forgotten
        failures.put(address, new Failures(known.since(), known.count() + 1));
    }

    private Failures recent(String address) {
        long now = clock.millis();
        var known = failures.get(address);
        return known == null || now - known.since() >= WINDOW_MILLIS ? new Failures(now, 0) : known;
    }
}
