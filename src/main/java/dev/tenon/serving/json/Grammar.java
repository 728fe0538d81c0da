package dev.tenon.serving.json;

import dev.tenon.core.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rules by number; rule 0 is the whole text. A rule may be used before it is defined, and may use itself. */
final class Grammar {
    static final int LARGEST = 200_000;
    private final List<@Nullable Expression> rules = new ArrayList<>();

    /** A rule to be defined later. */
    int declare() {
        rules.add(null);
        return rules.size() - 1;
    }

    void define(int rule, Expression expression) {
        rules.set(rule, expression);
    }

    Expression.Call add(Expression expression) {
        int rule = declare();
        define(rule, expression);
        return new Expression.Call(rule);
    }

    Program compile() {
        var out = new Assembler(rules.size());
        for (int rule = 0; rule < rules.size(); rule++) {
            out.entries[rule] = out.size;
            var expression = rules.get(rule);
            if (expression == null) {
                throw new IllegalStateException("Rule " + rule + " was never defined");
            }
            out.emit(expression);
            out.add(Program.RETURN, 0, 0);
        }
        return out.program();
    }

    /** Lays the expressions out as instructions. */
    private static final class Assembler {
        private final int[] entries;
        private final List<int[]> targets = new ArrayList<>();
        private byte[] operations = new byte[256];
        private int[] first = new int[256];
        private int[] second = new int[256];
        private int size;

        Assembler(int rules) {
            entries = new int[rules];
        }

        void emit(Expression expression) {
            switch (expression) {
                case Expression.Range range -> add(Program.RANGE, range.low(), range.high());
                case Expression.Call call -> add(Program.CALL, call.rule(), 0);
                case Expression.Sequence sequence -> sequence.parts().forEach(this::emit);
                case Expression.Choice choice -> choice(choice.options());
                case Expression.Times times -> times(times);
                case Expression.Star star -> {
                    int split = size;
                    var ways = split(2);
                    ways[0] = size;
                    emit(star.repeated());
                    add(Program.JUMP, split, 0);
                    ways[1] = size;
                }
            }
        }

        private int[] split(int count) {
            var ways = new int[count];
            targets.add(ways);
            add(Program.SPLIT, targets.size() - 1, 0);
            return ways;
        }

        private void times(Expression.Times times) {
            for (int i = 0; i < times.least(); i++) {
                emit(times.repeated());
            }
            var splits = new ArrayList<int[]>();
            for (int i = times.least(); i < times.most(); i++) {
                var ways = split(2);
                splits.add(ways);
                ways[0] = size;
                emit(times.repeated());
            }
            splits.forEach(ways -> ways[1] = size);
        }

        private void choice(List<Expression> options) {
            var ways = split(options.size());
            var jumps = new int[options.size()];
            for (int i = 0; i < ways.length; i++) {
                ways[i] = size;
                emit(options.get(i));
                jumps[i] = size;
                add(Program.JUMP, 0, 0);
            }
            for (int jump : jumps) {
                first[jump] = size;
            }
        }

        void add(int operation, int one, int two) {
            if (size == LARGEST) {
                throw Problem.invalid(
                        SchemaCompiler.ROOT,
                        "schema_too_large",
                        "The JSON schema is too large: use fewer properties and values, or shorter length limits.");
            }
            if (size == operations.length) {
                operations = Arrays.copyOf(operations, size * 2);
                first = Arrays.copyOf(first, size * 2);
                second = Arrays.copyOf(second, size * 2);
            }
            operations[size] = (byte) operation;
            first[size] = one;
            second[size++] = two;
        }

        Program program() {
            for (int at = 0; at < size; at++) {
                if (operations[at] == Program.CALL) {
                    first[at] = entries[first[at]];
                }
            }
            return new Program(
                    Arrays.copyOf(operations, size),
                    Arrays.copyOf(first, size),
                    Arrays.copyOf(second, size),
                    targets.toArray(int[][]::new),
                    entries[0]);
        }
    }
}
