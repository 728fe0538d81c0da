package dev.tenon.text.jinja;

/** One word of a template: literal data, the borders of tags, and what is between them. */
record Token(Kind kind, String text, int line) {

    enum Kind {
        DATA,
        BLOCK_BEGIN,
        BLOCK_END,
        VARIABLE_BEGIN,
        VARIABLE_END,
        NAME,
        STRING,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(Kind wanted, String spelling) {
        return kind == wanted && text.equals(spelling);
    }

    boolean isName(String name) {
        return is(Kind.NAME, name);
    }

    boolean isOperator(String operator) {
        return is(Kind.OPERATOR, operator);
    }

    /** How an error message calls it. */
    String describe() {
        return switch (kind) {
            case BLOCK_END -> "'%}'";
            case VARIABLE_END -> "'}}'";
            case END -> "the end of the template";
            case DATA, BLOCK_BEGIN, VARIABLE_BEGIN -> "text";
            default -> "'" + text + "'";
        };
    }
}
