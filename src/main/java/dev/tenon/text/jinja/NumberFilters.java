package dev.tenon.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** The filters about numbers. */
final class NumberFilters {
    private NumberFilters() {}

    static Object apply(String name, Object value, Args args, Budget budget, int line) {
        return switch (name) {
            case "int" -> integer(value, args.get(0, "default", 0L));
            case "float" -> decimal(value, args.get(0, "default", 0.0));
            case "abs" ->
                switch (value) {
                    case Long l -> Math.abs(l);
                    case Double d -> Math.abs(d);
                    default -> throw new TemplateException(line, "abs needs a number, not " + Values.kind(value));
                };
            case "round" -> round(value, args, line);
            case "sum" -> {
                Object sum = args.get(1, "start", 0L);
                for (var item : Values.iterate(value, budget, line)) {
                    var part =
                            args.has(0, "attribute") ? Selection.attribute(item, args.get(0, "attribute"), line) : item;
                    sum = Operators.apply("+", sum, part, budget, line);
                }
                yield sum;
            }
            default -> {
                Object best = Atom.UNDEFINED;
                for (var item : Values.iterate(value, budget, line)) {
                    budget.step(line);
                    int order = best == Atom.UNDEFINED ? 0 : Values.compare(item, best, budget, line);
                    if (best == Atom.UNDEFINED || (name.equals("min") ? order < 0 : order > 0)) {
                        best = item;
                    }
                }
                yield best;
            }
        };
    }

    private static Object integer(Object value, Object standard) {
        try {
            return switch (value) {
                case Long l -> l;
                case Boolean b -> b ? 1L : 0L;
                case Double d -> (long) (double) d;
                case Text t -> (long) Double.parseDouble(t.value().strip());
                default -> standard;
            };
        } catch (NumberFormatException e) {
            return standard;
        }
    }

    private static Object decimal(Object value, Object standard) {
        try {
            return Values.isNumber(value)
                    ? Values.asDouble(value)
                    : value instanceof Text t ? Double.parseDouble(t.value().strip()) : standard;
        } catch (NumberFormatException e) {
            return standard;
        }
    }

    private static Object round(Object value, Args args, int line) {
        if (!Values.isNumber(value)) {
            throw new TemplateException(line, "round needs a number, not " + Values.kind(value));
        }
        int digits = Math.clamp(Values.integer(args.get(0, "precision", 0L), line), -300, 300);
        var mode = args.get(1, "method", Text.literal("common")).toString();
        var rounding = mode.equals("ceil")
                ? RoundingMode.CEILING
                : mode.equals("floor") ? RoundingMode.FLOOR : RoundingMode.HALF_EVEN;
        double d = Values.asDouble(value);
        return Double.isFinite(d) ? new BigDecimal(d).setScale(digits, rounding).doubleValue() : d;
    }
}
