package dev.tenon.experiments.realdata;

import dev.tenon.method.Tuned;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Network;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensors;
import dev.tenon.training.Batch;
import dev.tenon.training.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How well something tuned does on documents that it has not seen.
 *
 * @param loss nats a target
 * @param accuracy part of the targets that were the most likely
 */
record Quality(double loss, double accuracy) {
    private static final int DOCUMENTS = 32;
    private static final int LONGEST = 48;

    static Quality of(Network model, Tuned tuned, List<Document> documents) {
        double loss = 0;
        double hits = 0;
        long count = 0;
        for (int from = 0; from < documents.size(); from += DOCUMENTS) {
            var batch = Batch.of(documents.subList(from, Math.min(from + DOCUMENTS, documents.size())));
            try (var scope = Scope.open()) {
                var sources = Tensors.of(batch.sources(), model.device(), batch.sources().length);
                var targets = Tensors.of(batch.targets(), model.device(), batch.targets().length);
                var rows =
                        model.hidden(batch.sequences(), tuned.adapter().hooks()).select(0, sources);
                var sums = Kernels.callList("token_loss", tuned.logits(model, rows), targets);
                loss += sums.getFirst().item();
                hits += sums.getLast().item();
                count += batch.targets().length;
            }
        }
        return new Quality(loss / count, hits / count);
    }

    /** The likeliest continuations of all prompts, without the tokens that end them. */
    static List<List<Integer>> written(CausalModel model, Tuned tuned, Corpus corpus) {
        var hooks = tuned.adapter().hooks();
        var prompts = corpus.prompts();
        int longest = prompts.stream().mapToInt(List::size).max().orElse(0);
        var answers = new ArrayList<List<Integer>>();
        prompts.forEach(prompt -> answers.add(new ArrayList<>()));
        try (var scope = Scope.open();
                var cache = model.cache(prompts.size(), longest + LONGEST + hooks.prefixLength() + 1)) {
            int[] rows = new int[prompts.size()];
            var tokens = new long[rows.length][];
            for (int row = 0; row < rows.length; row++) {
                rows[row] = row;
                tokens[row] =
                        prompts.get(row).stream().mapToLong(Integer::longValue).toArray();
                model.open(row, cache, hooks);
            }
            while (rows.length > 0) {
                long[] next;
                try (var step = Scope.open()) {
                    next = model.step(rows, tokens, cache, hooks).argmax(-1).toLongs();
                }
                var running = new ArrayList<Integer>();
                for (int i = 0; i < rows.length; i++) {
                    var answer = answers.get(rows[i]);
                    if (!corpus.stops().contains((int) next[i]) && answer.size() < LONGEST) {
                        answer.add((int) next[i]);
                        running.add(i);
                    }
                }
                rows = running.stream()
                        .mapToInt(Integer::intValue)
                        .map(at(rows))
                        .toArray();
                tokens = running.stream().map(i -> new long[] {next[i]}).toArray(long[][]::new);
            }
        }
        return answers;
    }

    private static java.util.function.IntUnaryOperator at(int[] rows) {
        var copy = Arrays.copyOf(rows, rows.length);
        return i -> copy[i];
    }
}
