package dev.tenon.text.jinja;

import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/** The methods of strings. */
final class StringMethods {
    private StringMethods() {}

    static Object call(Text text, String name, Args args, Budget budget, int line) {
        budget.search(text.length(), args.get(0, "sub") instanceof Text part ? part.length() : 0, line);
        return switch (name) {
            case "strip" -> strip(text, args, true, true, line);
            case "lstrip" -> strip(text, args, true, false, line);
            case "rstrip" -> strip(text, args, false, true, line);
            case "upper" -> text.map(s -> s.toUpperCase(Locale.ROOT));
            case "lower" -> text.map(s -> s.toLowerCase(Locale.ROOT));
            case "capitalize" -> capitalize(text);
            case "title" -> title(text);
            case "startswith" -> affix(args, line).stream().anyMatch(text.value()::startsWith);
            case "endswith" -> affix(args, line).stream().anyMatch(text.value()::endsWith);
            case "removeprefix" -> {
                int length = argument(args, 0, "prefix", line).length();
                yield affix(args, line).stream().anyMatch(text.value()::startsWith)
                        ? text.sub(length, text.length())
                        : text;
            }
            case "removesuffix" -> {
                int length = argument(args, 0, "suffix", line).length();
                yield affix(args, line).stream().anyMatch(text.value()::endsWith)
                        ? text.sub(0, text.length() - length)
                        : text;
            }
            case "split" -> new Splitting(text, budget, line).split(args);
            case "rsplit" -> new Splitting(text, budget, line).rsplit(args);
            case "splitlines" -> new Splitting(text, budget, line).lines();
            case "replace" -> {
                int count = Values.integer(args.get(2, "count", -1L), line);
                yield replace(
                        text, argument(args, 0, "old", line), argument(args, 1, "new", line), count, budget, line);
            }
            case "join" -> Filters.join(args.required(0, "iterable", line), text, budget, line);
            case "find" ->
                points(text, text.value().indexOf(argument(args, 0, "sub", line).value()));
            case "rfind" ->
                points(
                        text,
                        text.value().lastIndexOf(argument(args, 0, "sub", line).value()));
            case "count" -> count(text.value(), argument(args, 0, "sub", line).value());
            case "isdigit", "isnumeric", "isdecimal" -> all(text, Character::isDigit);
            case "isalpha" -> all(text, Character::isLetter);
            case "isalnum" -> all(text, Character::isLetterOrDigit);
            case "isspace" -> all(text, Character::isWhitespace);
            case "isupper" ->
                !text.value().equals(text.value().toLowerCase(Locale.ROOT))
                        && text.value().equals(text.value().toUpperCase(Locale.ROOT));
            case "islower" ->
                !text.value().equals(text.value().toUpperCase(Locale.ROOT))
                        && text.value().equals(text.value().toLowerCase(Locale.ROOT));
            default -> throw new TemplateException(line, "strings have no method '%s' here".formatted(name));
        };
    }

    private static Text argument(Args args, int position, String name, int line) {
        return Values.text(args.required(position, name, line), line);
    }

    private static List<String> affix(Args args, int line) {
        var given = args.required(0, "prefix", line);
        return given instanceof List<?> several
                ? several.stream().map(v -> Values.text(v, line).value()).toList()
                : List.of(Values.text(given, line).value());
    }

    private static Text strip(Text text, Args args, boolean left, boolean right, int line) {
        var given = args.get(0, "chars", Atom.NONE);
        IntPredicate drop = given == Atom.NONE
                ? StringMethods::isSpace
                : c -> Values.text(given, line).value().indexOf(c) >= 0;
        return strip(text, drop, left, right);
    }

    static Text strip(Text text, IntPredicate drop, boolean left, boolean right) {
        var value = text.value();
        int from = 0;
        int to = value.length();
        while (left && from < to && drop.test(value.codePointAt(from))) {
            from += Character.charCount(value.codePointAt(from));
        }
        while (right && to > from && drop.test(value.codePointBefore(to))) {
            to -= Character.charCount(value.codePointBefore(to));
        }
        return text.sub(from, to);
    }

    /** What Python's {@code str.isspace} holds for. */
    static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    static Text capitalize(Text text) {
        var lower = text.map(s -> s.toLowerCase(Locale.ROOT));
        return lower.isEmpty()
                ? lower
                : lower.sub(0, 1).map(s -> s.toUpperCase(Locale.ROOT)).plus(lower.sub(1, lower.length()));
    }

    static Text title(Text text) {
        var out = new Text.Builder();
        boolean inWord = false;
        for (var segment : text.segments()) {
            var changed = new StringBuilder();
            for (int i = 0; i < segment.text().length(); i++) {
                char c = segment.text().charAt(i);
                changed.append(inWord ? Character.toLowerCase(c) : Character.toUpperCase(c));
                inWord = Character.isLetter(c);
            }
            out.append(new Text.Segment(changed.toString(), segment.fromUser(), segment.message()));
        }
        return out.build();
    }

    static Text replace(Text text, Text old, Text by, int count, Budget budget, int line) {
        if (old.isEmpty()) {
            throw new TemplateException(line, "replace needs a string to look for");
        }
        var out = new Text.Builder();
        int from = 0;
        int left = count;
        for (int at = text.value().indexOf(old.value()); at >= 0 && left-- != 0; ) {
            out.append(text.sub(from, at)).append(by);
            budget.limit(out.length(), line);
            budget.charge(text.segments().size(), line);
            from = at + old.length();
            at = text.value().indexOf(old.value(), from);
        }
        out.append(text.sub(from, text.length()));
        budget.chars(out.length(), line);
        return out.build();
    }

    private static long points(Text text, int index) {
        return index < 0 ? -1 : text.value().codePointCount(0, index);
    }

    private static long count(String text, String part) {
        long count = 0;
        for (int at = text.indexOf(part); at >= 0 && !part.isEmpty(); at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static boolean all(Text text, IntPredicate rule) {
        return !text.isEmpty() && text.value().codePoints().allMatch(rule);
    }
}
