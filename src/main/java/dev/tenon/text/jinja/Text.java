package dev.tenon.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A string value that remembers, stretch by stretch, where its characters came from. Equal when the characters are. */
public final class Text implements Comparable<Text> {
    public static final Text EMPTY = new Text(List.of());

    private final List<Segment> segments;
    private final String value;

    /**
     * A stretch of one origin.
     *
     * @param fromUser it came from the caller's data, not from the template
     * @param message index of the message whose content it is, -1 for everything else
     */
    public record Segment(String text, boolean fromUser, int message) {
        boolean sameOrigin(Segment other) {
            return fromUser == other.fromUser && message == other.message;
        }
    }

    private Text(List<Segment> segments) {
        this.segments = segments;
        if (segments.size() == 1) {
            value = segments.getFirst().text();
        } else {
            var all = new StringBuilder();
            segments.forEach(s -> all.append(s.text()));
            value = all.toString();
        }
    }

    /** Text of the template itself. */
    public static Text literal(String value) {
        return of(value, false, -1);
    }

    /** Text of the caller's; {@code message} as in {@link Segment}. */
    public static Text user(String value, int message) {
        return of(value, true, message);
    }

    private static Text of(String value, boolean fromUser, int message) {
        return value.isEmpty() ? EMPTY : new Text(List.of(new Segment(value, fromUser, message)));
    }

    public List<Segment> segments() {
        return segments;
    }

    public String value() {
        return value;
    }

    public int length() {
        return value.length();
    }

    Text plus(Text other) {
        return isEmpty()
                ? other
                : other.isEmpty()
                        ? this
                        : new Builder().append(this).append(other).build();
    }

    boolean isEmpty() {
        return value.isEmpty();
    }

    /** The characters from {@code from} up to {@code to}, in UTF-16 units. */
    Text sub(int from, int to) {
        if (from >= to) {
            return EMPTY;
        }
        if (from == 0 && to == value.length()) {
            return this;
        }
        var part = new Builder();
        int start = 0;
        for (var segment : segments) {
            int end = start + segment.text().length();
            int low = Math.max(from, start);
            int high = Math.min(to, end);
            if (low < high) {
                part.append(new Segment(
                        segment.text().substring(low - start, high - start), segment.fromUser(), segment.message()));
            }
            start = end;
        }
        return part.build();
    }

    /** Each stretch changed on its own, for example to upper case. */
    Text map(UnaryOperator<String> change) {
        var changed = new Builder();
        for (var s : segments) {
            changed.append(new Segment(change.apply(s.text()), s.fromUser(), s.message()));
        }
        return changed.build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && text.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public int compareTo(Text other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    /** Joins stretches; neighbours of the same origin become one. */
    static final class Builder {
        private final List<Segment> done = new ArrayList<>();
        private final StringBuilder open = new StringBuilder();
        private Segment origin = new Segment("", false, -1);
        private long length;

        Builder append(Text text) {
            text.segments.forEach(this::append);
            return this;
        }

        Builder append(String literal) {
            return append(new Segment(literal, false, -1));
        }

        Builder append(Segment segment) {
            if (segment.text().isEmpty()) {
                return this;
            }
            if (!segment.sameOrigin(origin)) {
                flush();
                origin = segment;
            }
            open.append(segment.text());
            length += segment.text().length();
            return this;
        }

        long length() {
            return length;
        }

        private void flush() {
            if (!open.isEmpty()) {
                done.add(new Segment(open.toString(), origin.fromUser(), origin.message()));
                open.setLength(0);
            }
        }

        Text build() {
            flush();
            return done.isEmpty() ? EMPTY : new Text(List.copyOf(done));
        }
    }
}
