package dev.tenon.text.jinja;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;

/** The functions that every chat template can call. */
final class Functions {
    private Functions() {}

    static void install(Scope globals, Budget budget, ZonedDateTime now) {
        bind(globals, "range", (args, line) -> range(args, budget, line));
        bind(globals, "namespace", (args, line) -> {
            var space = new Namespace();
            if (args.get(0, "values") instanceof java.util.Map<?, ?> map) {
                map.forEach((key, value) -> space.values.put(key.toString(), value));
            }
            space.values.putAll(args.named());
            return space;
        });
        bind(globals, "dict", (args, line) -> {
            var map = new LinkedHashMap<Object, Object>();
            if (args.get(0, "mapping") instanceof java.util.Map<?, ?> given) {
                map.putAll(given);
            }
            args.named().forEach((key, value) -> map.put(Text.literal(key), value));
            return map;
        });
        bind(globals, "raise_exception", (args, line) -> {
            throw new TemplateException.Refused(
                    line, Printer.str(args.get(0, "message"), budget, line).value());
        });
        bind(
                globals,
                "strftime_now",
                (args, line) -> Text.literal(Strftime.format(
                        Values.text(args.required(0, "format", line), line).value(), now)));
    }

    private static void bind(Scope globals, String name, Values.Callable function) {
        globals.set(name, function);
    }

    private static Object range(Args args, Budget budget, int line) {
        int first = Values.integer(args.required(0, "stop", line), line);
        boolean both = args.has(1, "stop");
        int from = both ? first : 0;
        int to = both ? Values.integer(args.get(1, "stop"), line) : first;
        int step = Values.integer(args.get(2, "step", 1L), line);
        if (step == 0) {
            throw new TemplateException(line, "the step of range must not be 0");
        }
        long span = step > 0 ? (long) to - from : (long) from - to;
        long stride = Math.abs((long) step);
        long count = span <= 0 ? 0 : (span + stride - 1) / stride;
        budget.elements(count, line);
        var numbers = new ArrayList<Object>((int) count);
        for (long i = 0; i < count; i++) {
            numbers.add(from + i * step);
        }
        return numbers;
    }
}
