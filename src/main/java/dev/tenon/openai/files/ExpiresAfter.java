package dev.tenon.openai.files;

import dev.tenon.core.Problem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** When a file is to go: {@code expires_after[anchor]} and {@code expires_after[seconds]} of a form, or of JSON. */
public final class ExpiresAfter {
    private static final long SHORTEST = 3_600;
    private static final long LONGEST = 2_592_000;

    private ExpiresAfter() {}

    public static @Nullable Duration of(@Nullable String anchor, @Nullable String seconds) {
        if (anchor == null && seconds == null) {
            return null;
        }
        if (!"created_at".equals(anchor)) {
            throw Problem.invalid(
                    "expires_after[anchor]", "invalid_value", "'expires_after[anchor]' must be 'created_at'.");
        }
        if (seconds == null || !seconds.matches("[0-9]{1,9}") || !inside(Long.parseLong(seconds))) {
            throw Problem.invalid(
                    "expires_after[seconds]",
                    "invalid_value",
                    "'expires_after[seconds]' must be an integer between %d and %d.".formatted(SHORTEST, LONGEST));
        }
        return Duration.ofSeconds(Long.parseLong(seconds));
    }

    private static boolean inside(long seconds) {
        return seconds >= SHORTEST && seconds <= LONGEST;
    }
}
