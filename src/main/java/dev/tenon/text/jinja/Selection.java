package dev.tenon.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The filters that pick or change the elements of a list: map, select, reject and their attribute forms. */
final class Selection {
    private Selection() {}

    static Object map(Object value, Args args, Budget budget, int line) {
        var out = new ArrayList<Object>();
        var attribute = args.named().get("attribute");
        for (var item : Values.iterate(value, budget, line)) {
            budget.step(line);
            if (attribute != null) {
                var found = attribute(item, attribute, line);
                out.add(found == Atom.UNDEFINED ? args.named().getOrDefault("default", Atom.UNDEFINED) : found);
            } else {
                var filter = Values.text(args.required(0, "filter", line), line).value();
                out.add(Filters.apply(filter, item, rest(args, 1), budget, line));
            }
        }
        return out;
    }

    static Object select(String name, Object value, Args args, Budget budget, int line) {
        boolean wanted = name.startsWith("select");
        boolean byAttribute = name.endsWith("attr");
        int test = byAttribute ? 1 : 0;
        var out = new ArrayList<Object>();
        for (var item : Values.iterate(value, budget, line)) {
            budget.step(line);
            var subject = byAttribute ? attribute(item, args.required(0, "attribute", line), line) : item;
            boolean holds = args.has(test, "test")
                    ? Tests.holds(
                            Values.text(args.get(test, "test"), line).value(),
                            subject,
                            rest(args, test + 1),
                            budget,
                            line)
                    : Values.truthy(subject);
            if (holds == wanted) {
                out.add(item);
            }
        }
        return out;
    }

    /** An attribute by name, by position, or by a dotted path of names. */
    static Object attribute(Object item, Object path, int line) {
        if (!(path instanceof Text text)) {
            return Operators.item(item, path, line);
        }
        var found = item;
        for (var name : text.value().split("\\.", -1)) {
            found = Operators.item(found, Text.literal(name), line);
        }
        return found;
    }

    private static Args rest(Args args, int from) {
        var positional = args.positional();
        return new Args(
                from < positional.size() ? List.copyOf(positional.subList(from, positional.size())) : List.of(),
                Map.of());
    }
}
