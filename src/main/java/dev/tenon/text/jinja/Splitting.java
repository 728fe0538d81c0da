package dev.tenon.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** The string methods that cut a string into a list. */
final class Splitting {
    private final Text text;
    private final String value;
    private final Budget budget;
    private final int line;
    private final List<Object> parts = new ArrayList<>();

    Splitting(Text text, Budget budget, int line) {
        this.text = text;
        this.value = text.value();
        this.budget = budget;
        this.line = line;
    }

    List<Object> split(Args args) {
        var separator = args.get(0, "sep", Atom.NONE);
        int left = Values.integer(args.get(1, "maxsplit", -1L), line);
        if (separator == Atom.NONE) {
            return words(left);
        }
        var by = separator(separator);
        int from = 0;
        for (int at = value.indexOf(by); at >= 0 && left-- != 0; at = value.indexOf(by, from)) {
            add(from, at);
            from = at + by.length();
        }
        add(from, value.length());
        return parts;
    }

    List<Object> rsplit(Args args) {
        var by = separator(args.required(0, "sep", line));
        int left = Values.integer(args.get(1, "maxsplit", -1L), line);
        int to = value.length();
        for (int at = value.lastIndexOf(by); at >= 0 && left-- != 0; at = value.lastIndexOf(by, to - by.length())) {
            add(at + by.length(), to);
            to = at;
            if (to < by.length()) {
                break;
            }
        }
        add(0, to);
        return parts.reversed();
    }

    List<Object> lines() {
        int from = 0;
        while (from < value.length()) {
            int end = value.indexOf('\n', from);
            int stop = end < 0 ? value.length() : end;
            add(from, stop);
            from = stop + 1;
        }
        return parts;
    }

    private List<Object> words(int maxSplits) {
        int left = maxSplits;
        int at = skip(0, true);
        while (at < value.length()) {
            int end = left-- == 0 ? lastWordEnd() : skip(at, false);
            add(at, end);
            at = skip(end, true);
        }
        return parts;
    }

    private int skip(int from, boolean spaces) {
        int at = from;
        while (at < value.length() && StringMethods.isSpace(value.charAt(at)) == spaces) {
            at++;
        }
        return at;
    }

    private int lastWordEnd() {
        int end = value.length();
        while (end > 0 && StringMethods.isSpace(value.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    private void add(int from, int to) {
        budget.charge(text.segments().size(), line);
        budget.elements(parts.size() + 1L, line);
        parts.add(text.sub(from, to));
    }

    private String separator(Object given) {
        var by = Values.text(given, line).value();
        if (by.isEmpty()) {
            throw new TemplateException(line, "the separator of split must not be empty");
        }
        return by;
    }
}
