package dev.tenon.web;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes values for the eye; templates call it as {@code @show}. */
@Component("show")
public class Show {
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern(
                    "d MMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final String NOTHING = "–";

    private final JsonMapper json;

    Show(JsonMapper json) {
        this.json = json;
    }

    /** {@code 1,536} bytes are {@code 1.5 KiB}. */
    public String bytes(@Nullable Number value) {
        if (value == null) {
            return NOTHING;
        }
        double amount = value.doubleValue();
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        while (amount >= 1024 && unit < units.length - 1) {
            amount /= 1024;
            unit++;
        }
        return unit == 0 || amount >= 100
                ? String.format(Locale.ROOT, "%.0f %s", amount, units[unit])
                : String.format(Locale.ROOT, "%.1f %s", amount, units[unit]);
    }

    public String number(@Nullable Number value) {
        return value == null ? NOTHING : String.format(Locale.ENGLISH, "%,d", value.longValue());
    }

    /** A loss or an accuracy, with as many digits as one can compare. */
    public String decimal(@Nullable Object value) {
        return value instanceof Number number ? String.format(Locale.ROOT, "%.4f", number.doubleValue()) : NOTHING;
    }

    /** {@code 3725} seconds are {@code 1 h 2 min}. */
    public String seconds(@Nullable Number value) {
        if (value == null) {
            return NOTHING;
        }
        long seconds = Math.max(0, value.longValue());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds % 60 == 0 || seconds >= 600
                    ? seconds / 60 + " min"
                    : seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }

    public String between(@Nullable Instant from, @Nullable Instant to) {
        return from == null || to == null
                ? NOTHING
                : seconds(Duration.between(from, to).toSeconds());
    }

    /** A moment in UTC; the browser rewrites it in the reader's own time. */
    public String moment(@Nullable Instant at) {
        return at == null ? NOTHING : MINUTE.format(at);
    }

    public String clock(@Nullable Instant at) {
        return at == null ? NOTHING : SECOND.format(at);
    }

    /** The first characters of a digest, enough to compare by eye. */
    public String digest(@Nullable String value) {
        return value == null ? NOTHING : value.length() > 12 ? value.substring(0, 12) : value;
    }

    /** {@code VALIDATING_FILES} becomes {@code validating files}. */
    public String words(@Nullable Object value) {
        return value == null
                ? NOTHING
                : value.toString().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** A setting or a proof entry: text as it is, anything else as JSON. */
    public String value(@Nullable Object value) {
        if (value == null) {
            return NOTHING;
        }
        return value instanceof String text ? text : json.writeValueAsString(value);
    }

    /** An object as indented JSON. */
    public String pretty(Map<String, ?> value) {
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(value);
    }
}
