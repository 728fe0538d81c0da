package dev.tenon.text.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The filters that chat templates use. */
final class Filters {
    private Filters() {}

    static Object apply(String name, Object value, Args args, Budget budget, int line) {
        return switch (name) {
            case "trim" -> StringMethods.call(Printer.str(value, budget, line), "strip", args, budget, line);
            case "upper", "lower", "title", "capitalize" ->
                StringMethods.call(Printer.str(value, budget, line), name, Args.NONE, budget, line);
            case "length", "count" -> length(value, line);
            case "string" -> Printer.str(value, budget, line);
            case "safe" -> value;
            case "tojson" -> json(value, args, budget, line);
            case "default", "d" -> {
                boolean missing = value == Atom.UNDEFINED
                        || (Values.truthy(args.get(1, "boolean", false)) && !Values.truthy(value));
                yield missing ? args.get(0, "default_value", Text.EMPTY) : value;
            }
            case "join" ->
                join(
                        attributes(value, args.get(1, "attribute"), budget, line),
                        Printer.str(args.get(0, "d", Text.EMPTY), budget, line),
                        budget,
                        line);
            case "first" -> edge(value, true, budget, line);
            case "last" -> edge(value, false, budget, line);
            case "replace" -> StringMethods.call(Printer.str(value, budget, line), "replace", args, budget, line);
            case "items" -> value == Atom.UNDEFINED ? List.of() : MapMethods.items(mapping(value, line));
            case "dictsort" -> {
                var items = MapMethods.items(mapping(value, line));
                items.sort(byElement(0, budget, line));
                yield items;
            }
            case "list" -> new ArrayList<Object>(Values.iterate(value, budget, line));
            case "reverse" -> reverse(value, budget, line);
            case "unique" -> {
                var unique = new ArrayList<Object>();
                for (var item : Values.iterate(value, budget, line)) {
                    budget.charge(unique.size(), line);
                    if (unique.stream().noneMatch(u -> Values.equal(u, item, budget, line))) {
                        unique.add(item);
                    }
                }
                yield unique;
            }
            case "sort" -> sort(value, args, budget, line);
            case "map" -> Selection.map(value, args, budget, line);
            case "select", "reject", "selectattr", "rejectattr" -> Selection.select(name, value, args, budget, line);
            case "indent" -> indent(Printer.str(value, budget, line), args, budget, line);
            case "wordcount" ->
                (long) new Splitting(Printer.str(value, budget, line), budget, line)
                        .split(Args.NONE)
                        .size();
            case "int", "float", "abs", "round", "sum", "min", "max" ->
                NumberFilters.apply(name, value, args, budget, line);
            default -> throw new TemplateException(line, "there is no filter '%s' in chat templates".formatted(name));
        };
    }

    private static long length(Object value, int line) {
        return switch (value) {
            case Text text -> text.value().codePointCount(0, text.length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case Atom atom when atom == Atom.UNDEFINED -> 0;
            default -> throw new TemplateException(line, "%s has no length".formatted(Values.kind(value)));
        };
    }

    private static Text json(Object value, Args args, Budget budget, int line) {
        var indent = args.get(0, "indent", Atom.NONE);
        int spaces = indent == Atom.NONE ? -1 : Values.integer(indent, line);
        var item = spaces < 0 ? ", " : ",";
        var key = ": ";
        if (args.named().get("separators") instanceof List<?> pair && pair.size() == 2) {
            item = Values.text(pair.get(0), line).value();
            key = Values.text(pair.get(1), line).value();
        }
        var text = Printer.json(value, spaces, item, key, budget, line);
        budget.chars(text.length(), line);
        return text;
    }

    static Text join(Object items, Text separator, Budget budget, int line) {
        var out = new Text.Builder();
        boolean first = true;
        for (var item : Values.iterate(items, budget, line)) {
            if (!first) {
                out.append(separator);
            }
            first = false;
            out.append(Printer.str(item, budget, line));
            budget.limit(out.length(), line);
            budget.step(line);
        }
        return out.build();
    }

    private static Object attributes(Object items, Object attribute, Budget budget, int line) {
        if (attribute == Atom.UNDEFINED) {
            return items;
        }
        return Selection.map(items, new Args(List.of(), Map.of("attribute", attribute)), budget, line);
    }

    private static Object edge(Object value, boolean first, Budget budget, int line) {
        var items = Values.iterate(value, budget, line);
        return items.isEmpty() ? Atom.UNDEFINED : first ? items.getFirst() : items.getLast();
    }

    private static Map<?, ?> mapping(Object value, int line) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new TemplateException(line, "expected a mapping, found %s".formatted(Values.kind(value)));
    }

    private static Object reverse(Object value, Budget budget, int line) {
        var reversed = new ArrayList<Object>(Values.iterate(value, budget, line)).reversed();
        return value instanceof Text ? join(reversed, Text.EMPTY, budget, line) : reversed;
    }

    private static Comparator<Object> byElement(int index, Budget budget, int line) {
        return (a, b) -> Values.compare(((List<?>) a).get(index), ((List<?>) b).get(index), budget, line);
    }

    private static Object sort(Object value, Args args, Budget budget, int line) {
        var items = new ArrayList<Object>(Values.iterate(value, budget, line));
        budget.charge(64L * items.size(), line);
        boolean exact = Values.truthy(args.get(1, "case_sensitive", false));
        var attribute = args.get(2, "attribute");
        Comparator<Object> order = (a, b) -> {
            budget.step(line);
            return Values.compare(sortKey(a, attribute, exact, line), sortKey(b, attribute, exact, line), budget, line);
        };
        items.sort(order);
        return Values.truthy(args.get(0, "reverse", false)) ? items.reversed() : items;
    }

    private static Object sortKey(Object item, Object attribute, boolean exact, int line) {
        var key = attribute == Atom.UNDEFINED ? item : Selection.attribute(item, attribute, line);
        return key instanceof Text text && !exact ? text.map(s -> s.toLowerCase(Locale.ROOT)) : key;
    }

    private static Text indent(Text text, Args args, Budget budget, int line) {
        var width = args.get(0, "width", 4L);
        var margin =
                width instanceof Text t ? t : Text.literal(" ".repeat(Math.clamp(Values.integer(width, line), 0, 64)));
        boolean first = Values.truthy(args.get(1, "first", false));
        boolean blank = Values.truthy(args.get(2, "blank", false));
        var out = new Text.Builder();
        int number = 0;
        for (var part : new Splitting(text, budget, line).split(new Args(List.of(Text.literal("\n")), Map.of()))) {
            out.append(number == 0 ? "" : "\n");
            boolean wanted = number == 0 ? first : blank || !((Text) part).isEmpty();
            out.append(wanted ? margin : Text.EMPTY).append((Text) part);
            budget.limit(out.length(), line);
            number++;
        }
        return out.build();
    }
}
