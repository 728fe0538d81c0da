package dev.tenon.text.jinja;

import java.util.List;

/** An expression of the template, as a tree. */
sealed interface Expr {
    int line();

    record Literal(Object value, int line) implements Expr {}

    record Name(String name, int line) implements Expr {}

    record ListOf(List<Expr> items, int line) implements Expr {}

    record DictOf(List<Expr> keys, List<Expr> values, int line) implements Expr {}

    record Attribute(Expr target, String name, int line) implements Expr {}

    record Item(Expr target, Expr index, int line) implements Expr {}

    /** {@code target[from:to:step]}; a part left out is the None literal. */
    record Slice(Expr target, Expr from, Expr to, Expr step, int line) implements Expr {}

    record Call(Expr target, Arguments arguments, int line) implements Expr {}

    record Filter(Expr target, String name, Arguments arguments, int line) implements Expr {}

    record Test(Expr target, String name, Arguments arguments, int line) implements Expr {}

    record Unary(String operator, Expr operand, int line) implements Expr {}

    record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

    record Conditional(Expr condition, Expr then, Expr otherwise, int line) implements Expr {}

    /** Arguments by position, then by name. */
    record Arguments(List<Expr> positional, List<String> names, List<Expr> named) {
        static final Arguments NONE = new Arguments(List.of(), List.of(), List.of());
    }
}
