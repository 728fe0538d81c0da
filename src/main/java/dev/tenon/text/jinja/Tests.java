package dev.tenon.text.jinja;

import java.util.List;
import java.util.Map;

/** The tests that follow {@code is}. */
final class Tests {
    private Tests() {}

    static boolean holds(String name, Object value, Args args, Budget budget, int line) {
        return switch (name) {
            case "defined" -> value != Atom.UNDEFINED;
            case "undefined" -> value == Atom.UNDEFINED;
            case "none" -> value == Atom.NONE;
            case "string" -> value instanceof Text;
            case "mapping" -> value instanceof Map<?, ?>;
            case "sequence" -> value instanceof Text || value instanceof List<?> || value instanceof Map<?, ?>;
            case "iterable" ->
                value instanceof Text
                        || value instanceof List<?>
                        || value instanceof Map<?, ?>
                        || value == Atom.UNDEFINED;
            case "number" -> Values.isNumber(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "boolean" -> value instanceof Boolean;
            case "true" -> value.equals(true);
            case "false" -> value.equals(false);
            case "callable" -> value instanceof Values.Callable;
            case "odd" -> Math.floorMod(Values.integer(value, line), 2) == 1;
            case "even" -> Math.floorMod(Values.integer(value, line), 2) == 0;
            case "divisibleby" -> {
                int by = Values.integer(args.required(0, "num", line), line);
                if (by == 0) {
                    throw new TemplateException(line, "division by zero");
                }
                yield Values.integer(value, line) % by == 0;
            }
            case "lower" -> (boolean) StringMethods.call(Values.text(value, line), "islower", Args.NONE, budget, line);
            case "upper" -> (boolean) StringMethods.call(Values.text(value, line), "isupper", Args.NONE, budget, line);
            case "sameas" -> same(value, args.required(0, "other", line));
            case "eq", "equalto" -> compared("==", value, args, budget, line);
            case "ne" -> compared("!=", value, args, budget, line);
            case "lt", "lessthan" -> compared("<", value, args, budget, line);
            case "le" -> compared("<=", value, args, budget, line);
            case "gt", "greaterthan" -> compared(">", value, args, budget, line);
            case "ge" -> compared(">=", value, args, budget, line);
            case "in" -> compared("in", value, args, budget, line);
            default -> throw new TemplateException(line, "there is no test '%s' in chat templates".formatted(name));
        };
    }

    private static boolean compared(String operator, Object value, Args args, Budget budget, int line) {
        return (boolean) Operators.apply(operator, value, args.required(0, "other", line), budget, line);
    }

    /** Python's {@code is} for the values where it can be relied on: booleans, None, numbers and strings. */
    private static boolean same(Object a, Object b) {
        return a == b || (a.getClass() == b.getClass() && !(a instanceof List) && !(a instanceof Map) && a.equals(b));
    }
}
