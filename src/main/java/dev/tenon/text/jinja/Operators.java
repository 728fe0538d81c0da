package dev.tenon.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Binary and unary operators, subscripts and slices, by Python's rules. */
final class Operators {
    private Operators() {}

    static Object apply(String operator, Object a, Object b, Budget budget, int line) {
        return switch (operator) {
            case "==" -> Values.equal(a, b, budget, line);
            case "!=" -> !Values.equal(a, b, budget, line);
            case "<" -> Values.compare(a, b, budget, line) < 0;
            case "<=" -> Values.compare(a, b, budget, line) <= 0;
            case ">" -> Values.compare(a, b, budget, line) > 0;
            case ">=" -> Values.compare(a, b, budget, line) >= 0;
            case "in" -> contains(b, a, budget, line);
            case "not in" -> !contains(b, a, budget, line);
            case "~" -> {
                var left = Printer.str(a, budget, line);
                var right = Printer.str(b, budget, line);
                budget.chars((long) left.length() + right.length(), line);
                yield left.plus(right);
            }
            case "+" -> plus(a, b, budget, line);
            case "*" -> times(a, b, budget, line);
            default -> arithmetic(operator, a, b, line);
        };
    }

    static Object negate(Object value, int line) {
        return switch (value) {
            case Long l -> -l;
            case Double d -> -d;
            default -> throw new TemplateException(line, "cannot negate %s".formatted(Values.kind(value)));
        };
    }

    private static boolean contains(Object container, Object item, Budget budget, int line) {
        return switch (container) {
            case Text text -> {
                var part = Values.text(item, line).value();
                budget.search(text.length(), part.length(), line);
                yield text.value().contains(part);
            }
            case List<?> list -> {
                budget.charge(list.size(), line);
                yield list.stream().anyMatch(e -> Values.equal(e, item, budget, line));
            }
            case Map<?, ?> map -> map.containsKey(Values.key(item, line));
            case Namespace _ -> false;
            case Atom atom when atom == Atom.UNDEFINED -> false;
            default ->
                throw new TemplateException(
                        line, "'in' needs a string, list or mapping, not %s".formatted(Values.kind(container)));
        };
    }

    private static Object plus(Object a, Object b, Budget budget, int line) {
        if (a instanceof Text left && b instanceof Text right) {
            budget.chars((long) left.length() + right.length(), line);
            return left.plus(right);
        }
        if (a instanceof List<?> left && b instanceof List<?> right) {
            budget.elements((long) left.size() + right.size(), line);
            var joined = new ArrayList<Object>(left);
            joined.addAll(right);
            return joined;
        }
        return arithmetic("+", a, b, line);
    }

    private static Object times(Object a, Object b, Budget budget, int line) {
        if (a instanceof Long && (b instanceof Text || b instanceof List<?>)) {
            return times(b, a, budget, line);
        }
        if (a instanceof Text text && b instanceof Long count) {
            long times = Math.max(0, count);
            budget.chars(text.isEmpty() || times == 0 ? 0 : saturate(text.length(), times), line);
            var out = new Text.Builder();
            for (long i = 0; i < times && !text.isEmpty(); i++) {
                out.append(text);
            }
            return out.build();
        }
        if (a instanceof List<?> list && b instanceof Long count) {
            long times = Math.max(0, count);
            budget.elements(list.isEmpty() || times == 0 ? 0 : saturate(list.size(), times), line);
            var out = new ArrayList<Object>();
            for (long i = 0; i < times && !list.isEmpty(); i++) {
                out.addAll(list);
            }
            return out;
        }
        return arithmetic("*", a, b, line);
    }

    private static long saturate(long a, long b) {
        return b > Long.MAX_VALUE / a ? Long.MAX_VALUE : a * b;
    }

    private static Object arithmetic(String operator, Object a, Object b, int line) {
        if (!Values.isNumber(a) || !Values.isNumber(b)) {
            throw new TemplateException(
                    line, "'%s' does not work on %s and %s".formatted(operator, Values.kind(a), Values.kind(b)));
        }
        try {
            if (operator.equals("/")) {
                return divisor(b, line) == 0 ? 0.0 : Values.asDouble(a) / Values.asDouble(b);
            }
            return a instanceof Double || b instanceof Double
                    ? decimal(operator, Values.asDouble(a), Values.asDouble(b), line)
                    : integer(operator, Values.asLong(a), Values.asLong(b), line);
        } catch (ArithmeticException e) {
            throw new TemplateException(line, "the result of '%s' is too large".formatted(operator));
        }
    }

    private static double divisor(Object value, int line) {
        double d = Values.asDouble(value);
        if (d == 0) {
            throw new TemplateException(line, "division by zero");
        }
        return d;
    }

    private static Object integer(String operator, long a, long b, int line) {
        return switch (operator) {
            case "+" -> Math.addExact(a, b);
            case "-" -> Math.subtractExact(a, b);
            case "*" -> Math.multiplyExact(a, b);
            case "//" -> Math.floorDiv(a, (long) divisor(b, line) == 0 ? 1 : b);
            case "%" -> Math.floorMod(a, (long) divisor(b, line) == 0 ? 1 : b);
            case "**" -> power(a, b, line);
            default -> throw new TemplateException(line, "unknown operator '%s'".formatted(operator));
        };
    }

    private static Object power(long a, long b, int line) {
        double result = Math.pow(a, b);
        if (b < 0) {
            return result;
        }
        if (Math.abs(result) > 1L << 53) {
            throw new TemplateException(line, "the result of '**' is too large");
        }
        return (long) result;
    }

    private static Object decimal(String operator, double a, double b, int line) {
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "//" -> Math.floor(a / divisor(b, line));
            case "%" -> a - divisor(b, line) * Math.floor(a / b);
            case "**" -> Math.pow(a, b);
            default -> throw new TemplateException(line, "unknown operator '%s'".formatted(operator));
        };
    }

    /** {@code target[index]}; what is not there is undefined. */
    static Object item(Object target, Object index, int line) {
        return switch (target) {
            case Map<?, ?> map -> {
                var value = map.get(Values.key(index, line));
                yield value == null ? Atom.UNDEFINED : value;
            }
            case List<?> list
            when index instanceof Long || index instanceof Boolean -> {
                int at = Values.integer(index, line);
                at = at < 0 ? at + list.size() : at;
                yield at < 0 || at >= list.size() ? Atom.UNDEFINED : list.get(at);
            }
            case Text text
            when index instanceof Long || index instanceof Boolean -> {
                int points = text.value().codePointCount(0, text.length());
                int at = Values.integer(index, line);
                at = at < 0 ? at + points : at;
                yield at < 0 || at >= points ? Atom.UNDEFINED : slicePoints(text, at, at + 1);
            }
            case Namespace space ->
                index instanceof Text name ? space.values.getOrDefault(name.value(), Atom.UNDEFINED) : Atom.UNDEFINED;
            case Atom atom -> {
                if (atom == Atom.UNDEFINED) {
                    throw new TemplateException(line, "cannot look up '%s' in an undefined value".formatted(index));
                }
                yield Atom.UNDEFINED;
            }
            default -> Atom.UNDEFINED;
        };
    }

    static Object slice(Object target, Object from, Object to, Object step, Budget budget, int line) {
        int stride = step == Atom.NONE ? 1 : Values.integer(step, line);
        if (stride == 0) {
            throw new TemplateException(line, "a slice's step must not be 0");
        }
        int size = switch (target) {
            case List<?> list -> list.size();
            case Text text -> text.value().codePointCount(0, text.length());
            default -> throw new TemplateException(line, "cannot slice %s".formatted(Values.kind(target)));
        };
        int low = bound(from, size, stride < 0 ? size - 1 : 0, stride, line);
        int high = bound(to, size, stride < 0 ? -1 : size, stride, line);
        budget.charge(size, line);
        if (target instanceof Text text && stride == 1) {
            return slicePoints(text, low, Math.max(low, high));
        }
        List<?> elements = target instanceof List<?> list ? list : Values.iterate(target, budget, line);
        var picked = new ArrayList<Object>();
        for (long i = low; stride > 0 ? i < high : i > high; i += stride) {
            picked.add(elements.get((int) i));
        }
        if (target instanceof List<?>) {
            return picked;
        }
        var out = new Text.Builder();
        picked.forEach(c -> out.append((Text) c));
        return out.build();
    }

    private static int bound(Object given, int size, int standard, int stride, int line) {
        if (given == Atom.NONE) {
            return standard;
        }
        int at = Values.integer(given, line);
        at = at < 0 ? at + size : at;
        return stride > 0 ? Math.clamp(at, 0, size) : Math.clamp(at, -1, size - 1);
    }

    private static Text slicePoints(Text text, int from, int to) {
        var value = text.value();
        int start = value.offsetByCodePoints(0, from);
        return text.sub(start, value.offsetByCodePoints(start, to - from));
    }
}
