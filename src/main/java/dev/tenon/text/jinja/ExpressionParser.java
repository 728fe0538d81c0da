package dev.tenon.text.jinja;

import dev.tenon.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads expressions, loosest binding first: if, or, and, not, comparison, sum, {@code ~}, product, power, sign. */
final class ExpressionParser {
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> AFTER_TEST = Set.of("else", "or", "and", "is", "if", "in", "not");

    private final Tokens tokens;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** A whole expression; a bare comma list becomes a tuple. */
    Expr tupleOrExpression() {
        int line = tokens.line();
        var first = expression();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        var items = new ArrayList<>(List.of(first));
        while (tokens.takeOperator(",") && !endsHere()) {
            items.add(expression());
        }
        return new Expr.ListOf(List.copyOf(items), line);
    }

    private boolean endsHere() {
        var token = tokens.peek();
        return token.kind() == Kind.BLOCK_END || token.kind() == Kind.VARIABLE_END || token.isOperator(")");
    }

    Expr expression() {
        tokens.enter();
        int line = tokens.line();
        var value = or();
        while (tokens.takeName("if")) {
            tokens.link();
            var condition = or();
            Expr otherwise = tokens.takeName("else") ? expression() : new Expr.Literal(Atom.UNDEFINED, tokens.line());
            value = new Expr.Conditional(condition, value, otherwise, line);
        }
        tokens.leave();
        return value;
    }

    /** An expression without a trailing {@code if}, as the items of a {@code for}. */
    Expr or() {
        var left = and();
        while (tokens.peek().isName("or")) {
            int line = tokens.next().line();
            tokens.link();
            left = new Expr.Binary("or", left, and(), line);
        }
        return left;
    }

    private Expr and() {
        var left = not();
        while (tokens.peek().isName("and")) {
            int line = tokens.next().line();
            tokens.link();
            left = new Expr.Binary("and", left, not(), line);
        }
        return left;
    }

    private Expr not() {
        if (tokens.peek().isName("not") && !tokens.peek(1).isName("in")) {
            int line = tokens.next().line();
            tokens.enter();
            var operand = not();
            tokens.leave();
            return new Expr.Unary("not", operand, line);
        }
        return comparison();
    }

    /** Chains as in Python: {@code a < b < c} holds when both do. */
    private Expr comparison() {
        var left = sum();
        @org.jspecify.annotations.Nullable Expr chain = null;
        while (true) {
            int line = tokens.line();
            String operator;
            if (tokens.peek().kind() == Kind.OPERATOR
                    && COMPARISONS.contains(tokens.peek().text())) {
                operator = tokens.next().text();
            } else if (tokens.takeName("in")) {
                operator = "in";
            } else if (tokens.peek().isName("not") && tokens.peek(1).isName("in")) {
                tokens.next();
                tokens.next();
                operator = "not in";
            } else {
                return chain == null ? left : chain;
            }
            tokens.link();
            var right = sum();
            var compared = new Expr.Binary(operator, left, right, line);
            chain = chain == null ? compared : new Expr.Binary("and", chain, compared, line);
            left = right;
        }
    }

    private Expr sum() {
        var left = concatenation();
        while (tokens.peek().isOperator("+") || tokens.peek().isOperator("-")) {
            var operator = tokens.next();
            tokens.link();
            left = new Expr.Binary(operator.text(), left, concatenation(), operator.line());
        }
        return left;
    }

    private Expr concatenation() {
        var left = product();
        while (tokens.peek().isOperator("~")) {
            int line = tokens.next().line();
            tokens.link();
            left = new Expr.Binary("~", left, product(), line);
        }
        return left;
    }

    private Expr product() {
        var left = sign();
        while (tokens.peek().kind() == Kind.OPERATOR
                && Set.of("*", "/", "//", "%", "**").contains(tokens.peek().text())) {
            var operator = tokens.next();
            tokens.link();
            left = new Expr.Binary(operator.text(), left, sign(), operator.line());
        }
        return left;
    }

    private Expr sign() {
        if (tokens.peek().isOperator("-") || tokens.peek().isOperator("+")) {
            var operator = tokens.next();
            tokens.enter();
            var operand = sign();
            tokens.leave();
            return filtersAndTests(new Expr.Unary(operator.text(), operand, operator.line()));
        }
        return filtersAndTests(postfix(primary()));
    }

    private Expr primary() {
        var token = tokens.peek();
        int line = token.line();
        return switch (token.kind()) {
            case STRING -> {
                var text = new StringBuilder();
                while (tokens.peek().kind() == Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Expr.Literal(Text.literal(text.toString()), line);
            }
            case INTEGER -> new Expr.Literal(integer(tokens.next()), line);
            case FLOAT -> new Expr.Literal(Double.parseDouble(tokens.next().text()), line);
            case NAME -> name(tokens.next());
            default -> bracketed();
        };
    }

    private static Long integer(Token token) {
        try {
            return Long.parseLong(token.text());
        } catch (NumberFormatException e) {
            throw new TemplateException(token.line(), "the number %s is too large".formatted(token.text()));
        }
    }

    private static Expr name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expr.Literal(true, token.line());
            case "false", "False" -> new Expr.Literal(false, token.line());
            case "none", "None" -> new Expr.Literal(Atom.NONE, token.line());
            default -> new Expr.Name(token.text(), token.line());
        };
    }

    private Expr bracketed() {
        int line = tokens.line();
        if (tokens.takeOperator("(")) {
            if (tokens.takeOperator(")")) {
                return new Expr.ListOf(List.of(), line);
            }
            var inner = tupleOrExpression();
            tokens.expectOperator(")");
            return inner;
        }
        if (tokens.takeOperator("[")) {
            return new Expr.ListOf(items("]"), line);
        }
        if (tokens.takeOperator("{")) {
            return dictionary(line);
        }
        throw tokens.unexpected("a value");
    }

    private List<Expr> items(String close) {
        var items = new ArrayList<Expr>();
        while (!tokens.takeOperator(close)) {
            items.add(expression());
            if (!tokens.peek().isOperator(close)) {
                tokens.expectOperator(",");
            }
        }
        return List.copyOf(items);
    }

    private Expr dictionary(int line) {
        var keys = new ArrayList<Expr>();
        var values = new ArrayList<Expr>();
        while (!tokens.takeOperator("}")) {
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
            if (!tokens.peek().isOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.DictOf(List.copyOf(keys), List.copyOf(values), line);
    }

    private Expr postfix(Expr start) {
        var value = start;
        while (true) {
            int line = tokens.line();
            if (tokens.takeOperator(".")) {
                value = tokens.peek().kind() == Kind.INTEGER
                        ? new Expr.Item(value, new Expr.Literal(integer(tokens.next()), line), line)
                        : new Expr.Attribute(value, tokens.name("an attribute's name"), line);
            } else if (tokens.takeOperator("[")) {
                value = subscript(value, line);
            } else if (tokens.takeOperator("(")) {
                value = new Expr.Call(value, arguments(), line);
            } else {
                return value;
            }
            tokens.link();
        }
    }

    private Expr subscript(Expr target, int line) {
        var none = new Expr.Literal(Atom.NONE, line);
        Expr from = tokens.peek().isOperator(":") ? none : expression();
        if (tokens.takeOperator("]")) {
            return new Expr.Item(target, from, line);
        }
        tokens.expectOperator(":");
        Expr to = tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? none : expression();
        Expr step = none;
        if (tokens.takeOperator(":") && !tokens.peek().isOperator("]")) {
            step = expression();
        }
        tokens.expectOperator("]");
        return new Expr.Slice(target, from, to, step, line);
    }

    /** The arguments after an opening bracket that was already taken. */
    Expr.Arguments arguments() {
        var positional = new ArrayList<Expr>();
        var names = new ArrayList<String>();
        var named = new ArrayList<Expr>();
        while (!tokens.takeOperator(")")) {
            if (tokens.peek().kind() == Kind.NAME && tokens.peek(1).isOperator("=")) {
                names.add(tokens.next().text());
                tokens.next();
                named.add(expression());
            } else {
                positional.add(expression());
            }
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.Arguments(List.copyOf(positional), List.copyOf(names), List.copyOf(named));
    }

    private Expr filtersAndTests(Expr start) {
        var value = start;
        while (true) {
            int line = tokens.line();
            if (tokens.takeOperator("|")) {
                var name = tokens.name("a filter's name");
                value = new Expr.Filter(value, name, filterArguments(), line);
            } else if (tokens.takeName("is")) {
                value = test(value, line);
            } else {
                return value;
            }
            tokens.link();
        }
    }

    Expr.Arguments filterArguments() {
        return tokens.takeOperator("(") ? arguments() : Expr.Arguments.NONE;
    }

    private Expr test(Expr value, int line) {
        boolean negated = tokens.takeName("not");
        var name = tokens.name("a test's name");
        var arguments = Expr.Arguments.NONE;
        var kind = tokens.peek().kind();
        if (tokens.takeOperator("(")) {
            arguments = arguments();
        } else if (kind == Kind.STRING
                || kind == Kind.INTEGER
                || kind == Kind.FLOAT
                || (kind == Kind.NAME && !AFTER_TEST.contains(tokens.peek().text()))
                || tokens.peek().isOperator("[")) {
            arguments = new Expr.Arguments(List.of(postfix(primary())), List.of(), List.of());
        }
        Expr test = new Expr.Test(value, name, arguments, line);
        return negated ? new Expr.Unary("not", test, line) : test;
    }
}
