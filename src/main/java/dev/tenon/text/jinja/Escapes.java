package dev.tenon.text.jinja;

/** The backslash escapes of string literals. */
final class Escapes {
    private Escapes() {}

    static String unescape(String raw, int line) {
        if (raw.indexOf('\\') < 0) {
            return raw;
        }
        var out = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\' || i + 1 >= raw.length()) {
                out.append(c);
                continue;
            }
            char next = raw.charAt(++i);
            switch (next) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case '0' -> out.append('\0');
                case '\\', '\'', '"' -> out.append(next);
                case 'x' -> i = hex(raw, i, 2, out, line);
                case 'u' -> i = hex(raw, i, 4, out, line);
                case 'U' -> i = hex(raw, i, 8, out, line);
                case '\n' -> {}
                default -> out.append('\\').append(next);
            }
        }
        return out.toString();
    }

    private static int hex(String raw, int at, int digits, StringBuilder out, int line) {
        try {
            out.appendCodePoint(Integer.parseInt(raw.substring(at + 1, at + 1 + digits), 16));
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new TemplateException(line, "'\\%s' needs %d hexadecimal digits".formatted(raw.charAt(at), digits));
        } catch (IllegalArgumentException e) {
            throw new TemplateException(line, "this escape names no character");
        }
        return at + digits;
    }
}
