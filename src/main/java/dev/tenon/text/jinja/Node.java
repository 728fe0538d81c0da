package dev.tenon.text.jinja;

import java.util.List;

/** A statement of the template, as a tree. */
sealed interface Node {

    record Data(Text text) implements Node {}

    record Output(Expr value) implements Node {}

    /** The first branch whose condition holds; the last condition of an {@code else} is the True literal. */
    record If(List<Branch> branches) implements Node {}

    record Branch(Expr condition, List<Node> body) {}

    record For(List<String> targets, Expr items, Expr condition, List<Node> body, List<Node> otherwise, int line)
            implements Node {}

    /** Assigns to names, or with a namespace to its attribute. */
    record Set(List<String> targets, String attribute, Expr value, int line) implements Node {}

    record SetBlock(String target, List<Node> body, int line) implements Node {}

    record Macro(String name, List<String> parameters, List<Expr> defaults, List<Node> body, int line)
            implements Node {}

    record Filtered(String filter, Expr.Arguments arguments, List<Node> body, int line) implements Node {}

    /** A body without effect of its own, such as {@code generation}. */
    record Group(List<Node> body) implements Node {}

    record Break(int line) implements Node {}

    record Continue(int line) implements Node {}
}
