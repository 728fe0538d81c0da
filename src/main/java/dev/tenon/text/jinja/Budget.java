package dev.tenon.text.jinja;

/** What is left of the limits while one template runs. */
final class Budget {
    private final Limits limits;
    private long steps;
    private int depth;

    Budget(Limits limits) {
        this.limits = limits;
    }

    void step(int line) {
        if (++steps > limits.steps()) {
            throw new TemplateException(
                    line, "the template takes more than %,d steps; does it loop?".formatted(limits.steps()));
        }
    }

    /** Accounts for an operation over {@code size} characters or elements. */
    void charge(long size, int line) {
        steps += size >> 6;
        step(line);
    }

    /** Accounts for looking for {@code part} characters in {@code whole}: plain search is their product at worst. */
    void search(int whole, int part, int line) {
        charge((long) whole * Math.max(1, part / 8), line);
    }

    /** Refuses a string that would be longer than allowed, before it is built, and accounts for it. */
    void chars(long length, int line) {
        limit(length, line);
        charge(length, line);
    }

    void limit(long length, int line) {
        if (length > limits.chars()) {
            throw new TemplateException(
                    line, "the template produces more than %,d characters".formatted(limits.chars()));
        }
    }

    /** Refuses a list that would be longer than allowed, before it is built. */
    void elements(long count, int line) {
        if (count > limits.elements()) {
            throw new TemplateException(
                    line, "the template makes a list of more than %,d elements".formatted(limits.elements()));
        }
        charge(count, line);
    }

    void enter(int line) {
        if (++depth > limits.depth()) {
            throw new TemplateException(line, "macro calls nest deeper than %d".formatted(limits.depth()));
        }
    }

    void leave() {
        depth--;
    }
}
