package dev.tenon.serving.json;

import static dev.tenon.serving.json.Expression.choice;
import static dev.tenon.serving.json.Expression.oneOf;
import static dev.tenon.serving.json.Expression.optional;
import static dev.tenon.serving.json.Expression.range;
import static dev.tenon.serving.json.Expression.sequence;
import static dev.tenon.serving.json.Expression.text;
import static dev.tenon.serving.json.Expression.times;

import dev.tenon.serving.json.Expression.Call;
import dev.tenon.serving.json.Expression.Star;

/**
 * The values of RFC 8259 in UTF-8, with an end to everything that could go on for ever: white space between two signs,
 * digits of a number, nesting of a free value.
 */
final class JsonRules {
    private static final int DEPTH = 24;
    /** All integers of this length are exact as a double, too. */
    private static final int DIGITS = 15;

    private static final int INDENT = 16;

    private final Grammar grammar;
    private final Call gap;
    private final Call character;
    private final Call string;
    private final Call integer;
    private final Call number;
    private final Call[] free = new Call[DEPTH];

    JsonRules(Grammar grammar) {
        this.grammar = grammar;
        gap = grammar.add(choice(sequence(text("\n"), times(text(" "), 0, INDENT)), text(" "), Expression.EMPTY));
        character = grammar.add(choice(plain(), escape()));
        string = grammar.add(sequence(text("\""), new Star(character), text("\"")));
        var digit = range('0', '9');
        var whole = sequence(
                optional(text("-")), choice(text("0"), sequence(range('1', '9'), times(digit, 0, DIGITS - 1))));
        integer = grammar.add(whole);
        number = grammar.add(sequence(
                whole,
                optional(sequence(text("."), times(digit, 1, DIGITS))),
                optional(sequence(oneOf("eE"), optional(oneOf("+-")), times(digit, 1, 2)))));
    }

    private static Expression plain() {
        var more = range(0x80, 0xBF);
        return choice(
                range(0x20, 0x21),
                range(0x23, 0x5B),
                range(0x5D, 0x7E),
                sequence(range(0xC2, 0xDF), more),
                sequence(range(0xE0, 0xE0), range(0xA0, 0xBF), more),
                sequence(range(0xE1, 0xEC), more, more),
                // not the surrogates U+D800 to U+DFFF
                sequence(range(0xED, 0xED), range(0x80, 0x9F), more),
                sequence(range(0xEE, 0xEF), more, more),
                sequence(range(0xF0, 0xF0), range(0x90, 0xBF), more, more),
                sequence(range(0xF1, 0xF3), more, more, more),
                sequence(range(0xF4, 0xF4), range(0x80, 0x8F), more, more));
    }

    private static Expression escape() {
        var hex = choice(range('0', '9'), range('a', 'f'), range('A', 'F'));
        var d = oneOf("dD");
        var high = sequence(d, oneOf("89abAB"), hex, hex);
        var low = sequence(d, choice(range('c', 'f'), range('C', 'F')), hex, hex);
        var unit = choice(
                sequence(choice(range('0', '9'), range('a', 'c'), range('A', 'C'), oneOf("efEF")), hex, hex, hex),
                sequence(d, range('0', '7'), hex, hex),
                sequence(high, text("\\u"), low));
        return sequence(text("\\"), choice(oneOf("\"\\/bfnrt"), sequence(text("u"), unit)));
    }

    /** White space, or none. */
    Call gap() {
        return gap;
    }

    Call string() {
        return string;
    }

    Expression string(int least, int most) {
        return sequence(text("\""), times(character, least, most), text("\""));
    }

    Expression string(int least) {
        return sequence(text("\""), times(character, least, least), new Star(character), text("\""));
    }

    Call integer() {
        return integer;
    }

    Call number() {
        return number;
    }

    Expression comma() {
        return sequence(text(","), gap);
    }

    Expression colon() {
        return sequence(text(":"), gap);
    }

    Expression inBraces(Expression content) {
        return sequence(text("{"), gap, content, gap, text("}"));
    }

    Expression inBrackets(Expression content) {
        return sequence(text("["), gap, content, gap, text("]"));
    }

    /** Any number of items with commas between them. */
    Expression list(Expression item) {
        return optional(sequence(item, new Star(sequence(comma(), item))));
    }

    /** Any object at all. */
    Expression anyObject() {
        return freeObject(0);
    }

    /** Any value at all. */
    Call anyValue() {
        return anyValue(0);
    }

    private Call anyValue(int depth) {
        var made = free[depth];
        if (made == null) {
            var scalar = choice(string, number, text("true"), text("false"), text("null"));
            made = grammar.add(
                    depth == DEPTH - 1 ? scalar : choice(scalar, freeObject(depth + 1), freeArray(depth + 1)));
            free[depth] = made;
        }
        return made;
    }

    private Expression freeObject(int depth) {
        return inBraces(list(sequence(string, colon(), anyValue(depth))));
    }

    private Expression freeArray(int depth) {
        return inBrackets(list(anyValue(depth)));
    }
}
