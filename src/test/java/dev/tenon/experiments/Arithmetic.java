package dev.tenon.experiments;

import dev.tenon.model.CausalModel;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.Hooks;
import dev.tenon.model.Models;
import dev.tenon.model.RotaryConfig;
import dev.tenon.model.Sequences;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Sums of numbers of two digits, one token a character: {@code 37+48=580}, the answer's last digit first. A small decoder
 * learns them; what is adapted are other signs that it has never seen: one asks for what the sum lacks to 999, {@code
 * 37-48=419}, one for the sum and 111 more, {@code 37*48=691}.
 */
final class Arithmetic {
    private static final String CHARACTERS = "0123456789+-=*";
    private static final int ANSWER = 3;
    private static final int BATCH = 96;
    private static final int TESTED = 600;

    private final List<Operation> operations;

    /** Questions with these signs, mixed evenly. */
    Arithmetic(Operation... operations) {
        this.operations = List.of(operations);
    }

    /** What a sign asks for. */
    enum Operation {
        SUM,
        COMPLEMENT,
        RAISED;

        private String question(int a, int b) {
            return (switch (this) {
                        case SUM -> "%02d+%02d=";
                        case COMPLEMENT -> "%02d-%02d=";
                        case RAISED -> "%02d*%02d=";
                    })
                    .formatted(a, b);
        }

        private int answer(int a, int b) {
            return switch (this) {
                case SUM -> a + b;
                case COMPLEMENT -> 999 - a - b;
                case RAISED -> a + b + 111;
            };
        }
    }

    private static CausalModel random(long seed, int blocks) {
        return random(seed, blocks, CHARACTERS.length(), 32);
    }

    /** Blocks 64 wide; with biases on queries, keys and values. */
    static CausalModel random(long seed, int blocks, int vocabulary, int length) {
        Engine.seed(seed);
        var config = new DecoderConfig(
                "qwen2",
                64,
                blocks,
                4,
                4,
                16,
                128,
                vocabulary,
                length,
                1e-6,
                false,
                true,
                false,
                false,
                Collections.nCopies(blocks, 0),
                new RotaryConfig("default", 10_000, 1, 1, 1, 1),
                List.of(0));
        return Models.random(config, Device.cpu(), DType.F32, seed);
    }

    /** The decoder that knows sums. */
    static CausalModel base() {
        return base(1, 2, 2500);
    }

    static CausalModel base(long seed, int blocks, int steps) {
        var model = random(seed, blocks);
        var sums = new Arithmetic(Operation.SUM);
        var random = new Random(seed);
        Pretraining.run(model, Effort.steps(steps), 3e-3, (hooks, step) -> sums.loss(model, hooks, sums.train(random)));
        return model;
    }

    /** Pairs whose digits add up to a multiple of five are for testing alone. */
    private static boolean tested(int a, int b) {
        return (a / 10 + a % 10 + b / 10 + b % 10) % 5 == 0;
    }

    private long[] example(Random random, boolean test) {
        int a = random.nextInt(100);
        int b = random.nextInt(100);
        while (tested(a, b) != test) {
            a = random.nextInt(100);
            b = random.nextInt(100);
        }
        var operation = operations.get(random.nextInt(operations.size()));
        var answer = new StringBuilder("%03d".formatted(operation.answer(a, b))).reverse();
        return (operation.question(a, b) + answer)
                .chars()
                .mapToLong(CHARACTERS::indexOf)
                .toArray();
    }

    List<long[]> train(Random random) {
        var rows = new ArrayList<long[]>();
        for (int i = 0; i < BATCH; i++) {
            rows.add(example(random, false));
        }
        return rows;
    }

    /** Mean cross-entropy of the answers' characters. */
    Tensor loss(CausalModel model, Hooks hooks, List<long[]> rows) {
        var sums = Kernels.callList("token_loss", logits(model, hooks, rows), answers(rows));
        return sums.getFirst().sum().mul(1.0 / (rows.size() * ANSWER));
    }

    private static Tensor logits(CausalModel model, Hooks hooks, List<long[]> rows) {
        int length = rows.getFirst().length;
        var places = new long[rows.size() * ANSWER];
        for (int i = 0; i < places.length; i++) {
            places[i] = (long) (i / ANSWER) * length + length - ANSWER - 1 + i % ANSWER;
        }
        Tensor hidden = model.hidden(Sequences.of(rows), hooks).select(0, Tensors.of(places, places.length));
        return model.logits(hidden, hooks);
    }

    private static Tensor answers(List<long[]> rows) {
        var answers = new long[rows.size() * ANSWER];
        for (int i = 0; i < answers.length; i++) {
            long[] row = rows.get(i / ANSWER);
            answers[i] = row[row.length - ANSWER + i % ANSWER];
        }
        return Tensors.of(answers, answers.length);
    }

    private List<long[]> unseen() {
        var random = new Random(77);
        var rows = new ArrayList<long[]>();
        for (int i = 0; i < TESTED; i++) {
            rows.add(example(random, true));
        }
        return rows;
    }

    /** Mean cross-entropy of the answers' characters of unseen questions. */
    double nats(CausalModel model, Hooks hooks) {
        try (var scope = Scope.open()) {
            return loss(model, hooks, unseen()).item();
        }
    }

    /** The share of unseen questions that are answered right in every character, in percent. */
    double right(CausalModel model, Hooks hooks) {
        var rows = unseen();
        try (var scope = Scope.open()) {
            long[] guesses = logits(model, hooks, rows).argmax(1).toLongs();
            long[] answers = answers(rows).toLongs();
            int right = 0;
            for (int i = 0; i < TESTED; i++) {
                boolean all = true;
                for (int k = 0; k < ANSWER; k++) {
                    all &= guesses[i * ANSWER + k] == answers[i * ANSWER + k];
                }
                right += all ? 1 : 0;
            }
            return 100.0 * right / TESTED;
        }
    }
}
