package dev.tenon.text.jinja;

import dev.tenon.text.jinja.Token.Kind;
import java.util.List;

/** The parser's place in the token list. */
final class Tokens {
    /** Operators, filters and subscripts that one tag may chain; the tree is as deep as the chain is long. */
    private static final int MAX_LINKS = 500;

    private final List<Token> all;
    private final int maxDepth;
    private int at;
    private int depth;
    private int links;

    Tokens(List<Token> all, int maxDepth) {
        this.all = all;
        this.maxDepth = maxDepth;
    }

    Token peek() {
        return all.get(at);
    }

    Token peek(int ahead) {
        return all.get(Math.min(at + ahead, all.size() - 1));
    }

    Token next() {
        var token = all.get(at);
        if (at < all.size() - 1) {
            at++;
        }
        return token;
    }

    int line() {
        return peek().line();
    }

    int lineBefore() {
        return all.get(Math.max(0, at - 1)).line();
    }

    boolean takeOperator(String operator) {
        return peek().isOperator(operator) && next() != null;
    }

    boolean takeName(String name) {
        return peek().isName(name) && next() != null;
    }

    void expectOperator(String operator) {
        if (!takeOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!takeName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    String name(String what) {
        if (peek().kind() != Kind.NAME) {
            throw unexpected(what);
        }
        return next().text();
    }

    void expect(Kind kind, String what) {
        if (peek().kind() != kind) {
            throw unexpected(what);
        }
        next();
    }

    TemplateException unexpected(String wanted) {
        return new TemplateException(line(), "expected %s, found %s".formatted(wanted, peek().describe()));
    }

    /** A new tag begins. */
    void tag() {
        links = 0;
    }

    /** One more operator, filter or subscript in this tag. */
    void link() {
        if (++links > MAX_LINKS) {
            throw new TemplateException(line(), "one tag chains more than %d operators".formatted(MAX_LINKS));
        }
    }

    void enter() {
        if (++depth > maxDepth) {
            throw new TemplateException(line(), "the template nests deeper than %d levels".formatted(maxDepth));
        }
    }

    void leave() {
        depth--;
    }
}
