package dev.tenon.text.jinja;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the interpreter computes with: {@link Atom}, Boolean, Long, Double, {@link Text}, lists, maps with such keys, and
 * {@link Callable}. The rules are Python's.
 */
final class Values {
    private Values() {}

    /** Something a template can call. */
    interface Callable {
        Object call(Args args, int line);
    }

    /** Turns plain Java data (as a JSON reader makes it) into values; {@code text} marks each string's origin. */
    static Object of(@Nullable Object data, Function<String, Text> text) {
        return switch (data) {
            case null -> Atom.NONE;
            case String s -> text.apply(s);
            case Boolean b -> b;
            case Integer i -> (long) i;
            case Long l -> l;
            case Number n -> number(n);
            case List<?> list -> {
                var values = new ArrayList<Object>(list.size());
                for (var item : list) {
                    values.add(of(item, text));
                }
                yield values;
            }
            case Map<?, ?> map -> {
                var values = new LinkedHashMap<Object, Object>();
                map.forEach((key, value) -> values.put(text.apply(String.valueOf(key)), of(value, text)));
                yield values;
            }
            default -> text.apply(data.toString());
        };
    }

    private static Object number(Number n) {
        try {
            return new BigDecimal(n.toString()).longValueExact() == n.longValue()
                            && !n.toString().contains(".")
                    ? (Object) n.longValue()
                    : (Object) n.doubleValue();
        } catch (ArithmeticException | NumberFormatException e) {
            return n.doubleValue();
        }
    }

    static boolean truthy(Object value) {
        return switch (value) {
            case Atom _ -> false;
            case Boolean b -> b;
            case Long l -> l != 0;
            case Double d -> d != 0;
            case Text t -> !t.isEmpty();
            case List<?> l -> !l.isEmpty();
            case Map<?, ?> m -> !m.isEmpty();
            default -> true;
        };
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    static double asDouble(Object number) {
        return switch (number) {
            case Boolean b -> b ? 1 : 0;
            case Number n -> n.doubleValue();
            default -> Double.NaN;
        };
    }

    static boolean equal(Object a, Object b, Budget budget, int line) {
        budget.step(line);
        if (isNumber(a) && isNumber(b)) {
            return a instanceof Double || b instanceof Double ? asDouble(a) == asDouble(b) : asLong(a) == asLong(b);
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            if (left.size() != right.size()) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!equal(left.get(i), right.get(i), budget, line)) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
            return left.size() == right.size()
                    && left.entrySet().stream().allMatch(e -> {
                        var other = right.get(e.getKey());
                        return other != null && equal(e.getValue(), other, budget, line);
                    });
        }
        if (a instanceof Text left && b instanceof Text right) {
            budget.charge(Math.min(left.length(), right.length()), line);
        }
        return a.equals(b);
    }

    /** A value that may be a mapping's key: nothing whose hash would walk a structure. */
    static Object key(Object value, int line) {
        if (value instanceof List<?> || value instanceof Map<?, ?>) {
            throw new TemplateException(line, "%s cannot be a key".formatted(kind(value)));
        }
        return value;
    }

    static long asLong(Object integer) {
        return integer instanceof Boolean b ? (b ? 1 : 0) : ((Number) integer).longValue();
    }

    static int compare(Object a, Object b, Budget budget, int line) {
        budget.step(line);
        if (isNumber(a) && isNumber(b)) {
            return a instanceof Double || b instanceof Double
                    ? Double.compare(asDouble(a), asDouble(b))
                    : Long.compare(asLong(a), asLong(b));
        }
        if (a instanceof Text left && b instanceof Text right) {
            budget.charge(Math.min(left.length(), right.length()), line);
            return left.compareTo(right);
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
                int order = compare(left.get(i), right.get(i), budget, line);
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(left.size(), right.size());
        }
        throw new TemplateException(line, "cannot order %s and %s".formatted(kind(a), kind(b)));
    }

    /** What a loop over the value sees. */
    static List<?> iterate(Object value, Budget budget, int line) {
        return switch (value) {
            case List<?> list -> list;
            case Map<?, ?> map -> List.copyOf(map.keySet());
            case Text text -> {
                budget.elements(text.length(), line);
                budget.charge((long) text.length() * text.segments().size(), line);
                var characters = new ArrayList<Object>();
                int[] at = {0};
                text.value().codePoints().forEach(c -> {
                    int end = at[0] + Character.charCount(c);
                    characters.add(text.sub(at[0], end));
                    at[0] = end;
                });
                yield characters;
            }
            case Atom a when a == Atom.UNDEFINED -> List.of();
            default -> throw new TemplateException(line, "cannot loop over %s".formatted(kind(value)));
        };
    }

    /** The value as an index or a count. */
    static int integer(Object value, int line) {
        if (value instanceof Long l && l == l.intValue()) {
            return l.intValue();
        }
        if (value instanceof Boolean b) {
            return b ? 1 : 0;
        }
        throw new TemplateException(line, "expected an integer, found %s".formatted(kind(value)));
    }

    static Text text(Object value, int line) {
        if (value instanceof Text text) {
            return text;
        }
        throw new TemplateException(line, "expected a string, found %s".formatted(kind(value)));
    }

    /** How an error message calls the value. */
    static String kind(Object value) {
        return switch (value) {
            case Atom a -> a == Atom.NONE ? "None" : "an undefined value";
            case Boolean _ -> "a boolean";
            case Long _ -> "an integer";
            case Double _ -> "a float";
            case Text _ -> "a string";
            case List<?> _ -> "a list";
            case Map<?, ?> _ -> "a mapping";
            default -> "a function";
        };
    }
}
