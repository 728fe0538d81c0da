package dev.tenon.text.jinja;

import dev.tenon.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a template into tokens. Whitespace is handled as the reference does for chat templates: the first newline after
 * a block is dropped (trim_blocks), blanks before a block that starts a line are dropped (lstrip_blocks), {@code -} at a
 * tag's border drops all whitespace there, {@code +} keeps it.
 */
final class Lexer {
    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private boolean lineStart = true;

    private Lexer(String source) {
        this.source = source;
    }

    static List<Token> tokens(String template) {
        var text = template.replace("\r\n", "\n").replace('\r', '\n');
        var lexer = new Lexer(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < source.length()) {
            int tag = nextTag(at);
            if (tag < 0) {
                data(source.substring(at));
                advance(source.length());
            } else {
                beforeTag(tag);
                char kind = source.charAt(tag + 1);
                advance(tag + 2);
                if (peek() == '-' || peek() == '+') {
                    advance(at + 1);
                }
                switch (kind) {
                    case '#' -> comment();
                    case '{' -> variable();
                    default -> block();
                }
            }
        }
        tokens.add(new Token(Kind.END, "", line));
    }

    private int nextTag(int from) {
        for (int i = source.indexOf('{', from); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%' || next == '#') {
                return i;
            }
        }
        return -1;
    }

    private void beforeTag(int tag) {
        var text = source.substring(at, tag);
        char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
        if (sign == '-') {
            text = text.stripTrailing();
        } else if (sign != '+' && source.charAt(tag + 1) != '{') {
            int start = text.lastIndexOf('\n') + 1;
            if ((start > 0 || lineStart) && text.substring(start).isBlank()) {
                text = text.substring(0, start);
            }
        }
        data(text);
        advance(tag);
    }

    private void data(String text) {
        if (!text.isEmpty()) {
            tokens.add(new Token(Kind.DATA, text, line));
        }
    }

    private void comment() {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw new TemplateException(line, "this comment is never closed with '#}'");
        }
        char sign = end > at ? source.charAt(end - 1) : ' ';
        advance(end + 2);
        afterTag(sign, true);
    }

    private void variable() {
        tokens.add(new Token(Kind.VARIABLE_BEGIN, "{{", line));
        char sign = inside("}}");
        tokens.add(new Token(Kind.VARIABLE_END, "}}", line));
        afterTag(sign, false);
    }

    private void block() {
        int start = tokens.size();
        tokens.add(new Token(Kind.BLOCK_BEGIN, "{%", line));
        char sign = inside("%}");
        tokens.add(new Token(Kind.BLOCK_END, "%}", line));
        afterTag(sign, true);
        if (tokens.size() == start + 3 && tokens.get(start + 1).isName("raw")) {
            tokens.subList(start, tokens.size()).clear();
            raw();
        }
    }

    private void raw() {
        var end = java.util.regex.Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%}")
                .matcher(source);
        if (!end.find(at)) {
            throw new TemplateException(line, "'raw' is never closed with '{% endraw %}'");
        }
        var text = source.substring(at, end.start());
        data(end.group(1).equals("-") ? text.stripTrailing() : text);
        advance(end.end());
        afterTag(end.group(2).isEmpty() ? ' ' : end.group(2).charAt(0), true);
    }

    /** Reads the tokens of a tag up to its closing border; returns the sign before the border. */
    private char inside(String border) {
        int opened = line;
        int brackets = 0;
        while (true) {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                advance(at + 1);
            }
            if (at >= source.length()) {
                throw new TemplateException(opened, "this tag is never closed with '%s'".formatted(border));
            }
            char c = source.charAt(at);
            if ((c == '-' || c == '+') && source.startsWith(border, at + 1)) {
                advance(at + 3);
                return c;
            }
            if (source.startsWith(border, at) && (brackets == 0 || border.equals("%}"))) {
                advance(at + 2);
                return ' ';
            }
            brackets += c == '{' ? 1 : c == '}' ? -1 : 0;
            word(c);
        }
    }

    private void word(char c) {
        if (c == '"' || c == '\'') {
            string(c);
        } else if (c >= '0' && c <= '9') {
            number();
        } else if (Character.isJavaIdentifierStart(c) && c != '$') {
            int end = at;
            while (end < source.length()
                    && Character.isJavaIdentifierPart(source.charAt(end))
                    && source.charAt(end) != '$') {
                end++;
            }
            add(Kind.NAME, source.substring(at, end), end);
        } else {
            var two = at + 2 <= source.length() ? source.substring(at, at + 2) : "";
            if (List.of("==", "!=", "<=", ">=", "//", "**").contains(two)) {
                add(Kind.OPERATOR, two, at + 2);
            } else if ("+-*/%~<>=()[]{}.,:|".indexOf(c) >= 0) {
                add(Kind.OPERATOR, String.valueOf(c), at + 1);
            } else {
                throw new TemplateException(line, "unexpected character '%s'".formatted(c));
            }
        }
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new TemplateException(line, "this string is never closed with %s".formatted(quote));
        }
        add(Kind.STRING, Escapes.unescape(source.substring(at + 1, end), line), end + 1);
    }

    private void number() {
        int end = at;
        while (end < source.length() && (Character.isDigit(source.charAt(end)) || source.charAt(end) == '_')) {
            end++;
        }
        boolean fraction =
                end + 1 < source.length() && source.charAt(end) == '.' && Character.isDigit(source.charAt(end + 1));
        if (fraction) {
            do {
                end++;
            } while (end < source.length() && Character.isDigit(source.charAt(end)));
        }
        int digits = end + 1 < source.length() && "+-".indexOf(source.charAt(end + 1)) >= 0 ? end + 2 : end + 1;
        if (end < source.length()
                && (source.charAt(end) == 'e' || source.charAt(end) == 'E')
                && digits < source.length()
                && Character.isDigit(source.charAt(digits))) {
            fraction = true;
            end = digits;
            while (end < source.length() && Character.isDigit(source.charAt(end))) {
                end++;
            }
        }
        add(fraction ? Kind.FLOAT : Kind.INTEGER, source.substring(at, end).replace("_", ""), end);
    }

    private void add(Kind kind, String text, int end) {
        tokens.add(new Token(kind, text, line));
        advance(end);
    }

    private void afterTag(char sign, boolean trimNewline) {
        if (sign == '-') {
            while (at < source.length() && Character.isWhitespace(source.charAt(at))) {
                advance(at + 1);
            }
        } else if (trimNewline && sign != '+' && peek() == '\n') {
            advance(at + 1);
        }
        lineStart = at > 0 && source.charAt(at - 1) == '\n';
    }

    private char peek() {
        return at < source.length() ? source.charAt(at) : '\0';
    }

    private void advance(int to) {
        for (int i = at; i < to && i < source.length(); i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
        at = to;
    }
}
