package dev.tenon.openai.wire;

import java.math.BigDecimal;
import tools.jackson.databind.JsonNode;

/** Number checks that never expand a hostile exponent such as {@code 1e999999999}. */
final class Numbers {
    private static final int LONGEST_EXPONENT = 40;

    private Numbers() {}

    static boolean isWhole(JsonNode node) {
        if (node.isIntegralNumber()) {
            return true;
        }
        var decimal = node.decimalValue();
        return Math.abs((long) decimal.scale()) <= LONGEST_EXPONENT
                && decimal.stripTrailingZeros().scale() <= 0;
    }

    /** The nearest double, infinite where there is none: a range check then says what is wrong. */
    static double of(JsonNode number) {
        return number.decimalValue().doubleValue();
    }

    static String plain(double value) {
        return value == Math.rint(value)
                ? Long.toString((long) value)
                : BigDecimal.valueOf(value).toPlainString();
    }
}
