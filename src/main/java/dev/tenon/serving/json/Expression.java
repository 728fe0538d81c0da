package dev.tenon.serving.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a rule of a {@link Grammar} stands for: sequences, choices and repetitions of byte ranges and other rules. */
sealed interface Expression {

    /** One byte from {@code low} to {@code high}, both included. */
    record Range(int low, int high) implements Expression {}

    record Sequence(List<Expression> parts) implements Expression {}

    record Choice(List<Expression> options) implements Expression {}

    /** At least and at most so many times. */
    record Times(Expression repeated, int least, int most) implements Expression {}

    /** Any number of times, also none. */
    record Star(Expression repeated) implements Expression {}

    /** Whatever the rule with this number stands for. */
    record Call(int rule) implements Expression {}

    Expression EMPTY = new Sequence(List.of());

    static Expression sequence(Expression... parts) {
        return new Sequence(List.of(parts));
    }

    static Expression choice(Expression... options) {
        return new Choice(List.of(options));
    }

    static Expression optional(Expression expression) {
        return choice(expression, EMPTY);
    }

    /** Exactly the UTF-8 bytes of the text. */
    static Expression text(String text) {
        var parts = new ArrayList<Expression>();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            parts.add(new Range(b & 0xFF, b & 0xFF));
        }
        return new Sequence(parts);
    }

    /** One of these ASCII characters. */
    static Expression oneOf(String characters) {
        return new Choice(characters
                .chars()
                .<Expression>mapToObj(character -> new Range(character, character))
                .toList());
    }

    static Expression range(int low, int high) {
        return new Range(low, high);
    }

    static Expression times(Expression repeated, int least, int most) {
        return new Times(repeated, least, most);
    }
}
