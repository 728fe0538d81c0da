package dev.tenon.text.jinja;

import java.util.List;
import java.util.Map;

/** Values as text: as Python prints them, and as JSON. The origin of every string inside is kept. */
final class Printer {
    private final Budget budget;
    private final int line;
    private final Text.Builder out = new Text.Builder();

    private Printer(Budget budget, int line) {
        this.budget = budget;
        this.line = line;
    }

    /** Python's {@code str}. */
    static Text str(Object value, Budget budget, int line) {
        return switch (value) {
            case Text text -> text;
            case Atom atom -> atom == Atom.UNDEFINED ? Text.EMPTY : Text.literal("None");
            case Boolean _, Long _, Double _ -> Text.literal(scalar(value));
            default -> {
                var printer = new Printer(budget, line);
                printer.repr(value, 0);
                yield printer.out.build();
            }
        };
    }

    /** JSON with Python's spacing; {@code indent} below 0 keeps it on one line. */
    static Text json(Object value, int indent, String item, String key, Budget budget, int line) {
        var printer = new Printer(budget, line);
        printer.json(value, indent, 0, item, key);
        return printer.out.build();
    }

    private static String scalar(Object value) {
        return switch (value) {
            case Boolean b -> b ? "True" : "False";
            case Double d -> decimal(d);
            default -> value.toString();
        };
    }

    /** The shortest decimal that reads back as the same double, in Python's layout. */
    static String decimal(double d) {
        if (Double.isNaN(d)) {
            return "nan";
        }
        if (Double.isInfinite(d)) {
            return d > 0 ? "inf" : "-inf";
        }
        double size = Math.abs(d);
        if (size != 0 && (size < 1e-4 || size >= 1e16)) {
            var text = Double.toString(d).replace(".0E", "E");
            int e = text.indexOf('E');
            int exponent = Integer.parseInt(text.substring(e + 1));
            return text.substring(0, e)
                    + (exponent < 0 ? "e-" : "e+")
                    + (Math.abs(exponent) < 10 ? "0" : "")
                    + Math.abs(exponent);
        }
        var plain = new java.math.BigDecimal(Double.toString(d)).toPlainString();
        return plain.contains(".") ? plain : plain + ".0";
    }

    private void tick() {
        budget.limit(out.length(), line);
    }

    private void repr(Object value, int depth) {
        descend(depth);
        switch (value) {
            case Text text -> {
                boolean doubled =
                        text.value().indexOf('\'') >= 0 && text.value().indexOf('"') < 0;
                var quote = doubled ? "\"" : "'";
                out.append(quote);
                out.append(text.map(s -> escapePython(s, quote)));
                out.append(quote);
            }
            case List<?> list -> {
                out.append("[");
                var separator = "";
                for (var item : list) {
                    out.append(separator);
                    repr(item, depth + 1);
                    separator = ", ";
                }
                out.append("]");
            }
            case Map<?, ?> map -> {
                out.append("{");
                var separator = "";
                for (var entry : map.entrySet()) {
                    out.append(separator);
                    repr(entry.getKey(), depth + 1);
                    out.append(": ");
                    repr(entry.getValue(), depth + 1);
                    separator = ", ";
                }
                out.append("}");
            }
            case Atom atom -> out.append(atom == Atom.NONE ? "None" : "Undefined");
            case Boolean _, Long _, Double _ -> out.append(scalar(value));
            default -> throw new TemplateException(line, "%s cannot be printed".formatted(Values.kind(value)));
        }
        tick();
    }

    private void descend(int depth) {
        if (depth > 200) {
            throw new TemplateException(line, "the value nests deeper than 200 levels");
        }
        budget.step(line);
    }

    private static String escapePython(String text, String quote) {
        var escaped = text.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
        return escaped.replace(quote, "\\" + quote);
    }

    private void json(Object value, int indent, int depth, String item, String key) {
        descend(depth);
        switch (value) {
            case Text text -> {
                out.append("\"");
                out.append(text.map(Printer::escapeJson));
                out.append("\"");
            }
            case List<?> list -> {
                out.append("[");
                var separator = "";
                for (var element : list) {
                    out.append(separator).append(newline(indent, depth + 1));
                    json(element, indent, depth + 1, item, key);
                    separator = item;
                }
                out.append(list.isEmpty() ? "" : newline(indent, depth)).append("]");
            }
            case Map<?, ?> map -> {
                out.append("{");
                var separator = "";
                for (var entry : map.entrySet()) {
                    out.append(separator).append(newline(indent, depth + 1));
                    json(str(entry.getKey(), budget, line), indent, depth + 1, item, key);
                    out.append(key);
                    json(entry.getValue(), indent, depth + 1, item, key);
                    separator = item;
                }
                out.append(map.isEmpty() ? "" : newline(indent, depth)).append("}");
            }
            case Atom atom when atom == Atom.NONE -> out.append("null");
            case Boolean b -> out.append(b.toString());
            case Long _, Double _ -> out.append(scalar(value));
            default -> throw new TemplateException(line, "%s cannot become JSON".formatted(Values.kind(value)));
        }
        tick();
    }

    private static String newline(int indent, int depth) {
        return indent < 0 ? "" : "\n" + " ".repeat(Math.min(indent, 16) * depth);
    }

    private static String escapeJson(String text) {
        var out = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < 0x20) {
                        out.append("\\u%04x".formatted((int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.toString();
    }
}
