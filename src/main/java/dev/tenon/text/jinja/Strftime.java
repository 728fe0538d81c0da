package dev.tenon.text.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** The common directives of C's {@code strftime}, in English. */
final class Strftime {
    private Strftime() {}

    static String format(String pattern, ZonedDateTime time) {
        var out = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '%' || i + 1 >= pattern.length()) {
                out.append(c);
                continue;
            }
            char directive = pattern.charAt(++i);
            boolean bare = directive == '-' && i + 1 < pattern.length();
            var text = directive(bare ? pattern.charAt(++i) : directive, time);
            out.append(bare && text.startsWith("0") && text.length() > 1 ? text.substring(1) : text);
        }
        return out.toString();
    }

    private static String directive(char directive, ZonedDateTime time) {
        return switch (directive) {
            case 'd' -> by("dd", time);
            case 'm' -> by("MM", time);
            case 'b', 'h' -> by("MMM", time);
            case 'B' -> by("MMMM", time);
            case 'Y' -> by("yyyy", time);
            case 'y' -> by("yy", time);
            case 'H' -> by("HH", time);
            case 'I' -> by("hh", time);
            case 'M' -> by("mm", time);
            case 'S' -> by("ss", time);
            case 'p' -> by("a", time);
            case 'a' -> by("EEE", time);
            case 'A' -> by("EEEE", time);
            case 'j' -> by("DDD", time);
            case 'e' -> "%2d".formatted(time.getDayOfMonth());
            case 'w' -> String.valueOf(time.get(ChronoField.DAY_OF_WEEK) % 7);
            case 'F' -> by("yyyy-MM-dd", time);
            case 'T' -> by("HH:mm:ss", time);
            case 'Z' -> "UTC";
            case 'z' -> "+0000";
            case '%' -> "%";
            default -> "%" + directive;
        };
    }

    private static String by(String pattern, ZonedDateTime time) {
        return DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
    }
}
