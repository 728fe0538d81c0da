package dev.tenon.text.jinja;

import dev.tenon.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads the statements of a template. */
final class Parser {
    private final Tokens tokens;
    private final ExpressionParser expressions;
    private int loops;

    private Parser(Tokens tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Node> parse(String source, Limits limits) {
        if (source.length() > limits.sourceChars()) {
            throw new TemplateException(
                    1, "the template is longer than %,d characters".formatted(limits.sourceChars()));
        }
        var parser = new Parser(new Tokens(Lexer.tokens(source), limits.depth()));
        return parser.body(Set.of());
    }

    /** Everything up to one of the closing tags, whose opening border stays unread. */
    private List<Node> body(Set<String> closing) {
        tokens.enter();
        int opened = tokens.lineBefore();
        var nodes = new ArrayList<Node>();
        while (true) {
            var token = tokens.peek();
            switch (token.kind()) {
                case DATA -> nodes.add(new Node.Data(Text.literal(tokens.next().text())));
                case VARIABLE_BEGIN -> {
                    tokens.next();
                    tokens.tag();
                    nodes.add(new Node.Output(expressions.tupleOrExpression()));
                    tokens.expect(Kind.VARIABLE_END, "'}}'");
                }
                case BLOCK_BEGIN -> {
                    if (closing.contains(tokens.peek(1).text())) {
                        tokens.leave();
                        return List.copyOf(nodes);
                    }
                    tokens.next();
                    tokens.tag();
                    nodes.add(statement());
                }
                default -> {
                    if (!closing.isEmpty()) {
                        throw new TemplateException(
                                opened, "the block opened here is never closed with one of %s".formatted(closing));
                    }
                    tokens.leave();
                    return List.copyOf(nodes);
                }
            }
        }
    }

    private Node statement() {
        int line = tokens.line();
        var keyword = tokens.name("a statement");
        return switch (keyword) {
            case "if" -> ifStatement();
            case "for" -> forStatement(line);
            case "set" -> set(line);
            case "macro" -> macro(line);
            case "filter" -> filtered(line);
            case "generation" -> {
                end();
                var body = body(Set.of("endgeneration"));
                close("endgeneration");
                yield new Node.Group(body);
            }
            case "break", "continue" -> {
                if (loops == 0) {
                    throw new TemplateException(line, "'%s' outside a loop".formatted(keyword));
                }
                end();
                yield keyword.equals("break") ? new Node.Break(line) : new Node.Continue(line);
            }
            default ->
                throw new TemplateException(
                        line, "'{%% %s %%}' is not a statement of chat templates".formatted(keyword));
        };
    }

    private void end() {
        tokens.expect(Kind.BLOCK_END, "'%}'");
    }

    private void close(String keyword) {
        tokens.expect(Kind.BLOCK_BEGIN, "'{%'");
        tokens.expectName(keyword);
        end();
    }

    private Node ifStatement() {
        var branches = new ArrayList<Node.Branch>();
        var condition = expressions.tupleOrExpression();
        end();
        while (true) {
            branches.add(new Node.Branch(condition, body(Set.of("elif", "else", "endif"))));
            tokens.next();
            int line = tokens.line();
            var keyword = tokens.name("'endif'");
            tokens.tag();
            if (keyword.equals("elif")) {
                condition = expressions.tupleOrExpression();
                end();
                continue;
            }
            if (keyword.equals("else")) {
                end();
                branches.add(new Node.Branch(new Expr.Literal(true, line), body(Set.of("endif"))));
                close("endif");
            } else {
                end();
            }
            return new Node.If(List.copyOf(branches));
        }
    }

    private Node forStatement(int line) {
        var targets = names();
        tokens.expectName("in");
        Expr items = expressions.or();
        if (tokens.peek().isOperator(",")) {
            throw tokens.unexpected("one value to loop over");
        }
        Expr condition = new Expr.Literal(true, line);
        if (tokens.takeName("if")) {
            condition = expressions.expression();
        }
        if (tokens.peek().isName("recursive")) {
            throw new TemplateException(line, "recursive loops are not supported");
        }
        end();
        loops++;
        var body = body(Set.of("else", "endfor"));
        loops--;
        List<Node> otherwise = List.of();
        if (tokens.peek(1).isName("else")) {
            close("else");
            otherwise = body(Set.of("endfor"));
        }
        close("endfor");
        return new Node.For(targets, items, condition, body, otherwise, line);
    }

    private List<String> names() {
        boolean bracket = tokens.takeOperator("(");
        var names = new ArrayList<String>();
        do {
            names.add(tokens.name("a variable's name"));
        } while (tokens.takeOperator(","));
        if (bracket) {
            tokens.expectOperator(")");
        }
        return List.copyOf(names);
    }

    private Node set(int line) {
        var targets = names();
        var attribute = tokens.takeOperator(".") ? tokens.name("an attribute's name") : "";
        if (tokens.takeOperator("=")) {
            var value = expressions.tupleOrExpression();
            end();
            return new Node.Set(targets, attribute, value, line);
        }
        if (targets.size() != 1 || !attribute.isEmpty()) {
            throw tokens.unexpected("'='");
        }
        end();
        var body = body(Set.of("endset"));
        close("endset");
        return new Node.SetBlock(targets.getFirst(), body, line);
    }

    private Node macro(int line) {
        var name = tokens.name("the macro's name");
        tokens.expectOperator("(");
        var parameters = new ArrayList<String>();
        var defaults = new ArrayList<Expr>();
        while (!tokens.takeOperator(")")) {
            parameters.add(tokens.name("a parameter's name"));
            if (tokens.takeOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw new TemplateException(line, "a parameter without a default follows one that has one");
            }
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        end();
        int outer = loops;
        loops = 0;
        var body = body(Set.of("endmacro"));
        loops = outer;
        close("endmacro");
        return new Node.Macro(name, List.copyOf(parameters), List.copyOf(defaults), body, line);
    }

    private Node filtered(int line) {
        var name = tokens.name("a filter's name");
        var arguments = expressions.filterArguments();
        end();
        var body = body(Set.of("endfilter"));
        close("endfilter");
        return new Node.Filtered(name, arguments, body, line);
    }
}
