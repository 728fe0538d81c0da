package dev.tenon.training;

import dev.tenon.model.Sequences;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Documents laid end to end, with the places from which something is told.
 *
 * @param sources indices of the tokens with a target, {@code [targets]}
 * @param targets what is told from them: tokens or labels, {@code [targets]}
 */
public record Batch(Sequences sequences, long[] sources, long[] targets) {
    /** How much more than its share the heaviest part may have before dividing does not pay. */
    private static final double UNEVEN = 1.6;

    /** Tokens below which a batch is done before another thread has woken up. */
    private static final int SMALL = 32;

    public static Batch of(List<Document> documents) {
        int tokens = documents.stream().mapToInt(d -> d.ids().length).sum();
        int count = documents.stream().mapToInt(Document::count).sum();
        var ids = new long[tokens];
        var lengths = new long[documents.size()];
        var sources = new long[count];
        var targets = new long[count];
        int at = 0;
        int target = 0;
        for (int d = 0; d < documents.size(); d++) {
            var document = documents.get(d);
            lengths[d] = document.ids().length;
            for (int i = 0; i < document.ids().length; i++) {
                ids[at + i] = document.ids()[i];
                if (document.targets()[i] != Document.NOTHING) {
                    sources[target] = at + i;
                    targets[target++] = document.targets()[i];
                }
            }
            at += document.ids().length;
        }
        return new Batch(new Sequences(ids, lengths), sources, targets);
    }

    /** Splits documents, in order, into batches of at most {@code tokens} tokens (a longer document stands alone). */
    static List<Batch> split(List<Document> documents, int tokens) {
        var batches = new ArrayList<Batch>();
        var group = new ArrayList<Document>();
        int held = 0;
        for (var document : documents) {
            if (!group.isEmpty() && held + document.ids().length > tokens) {
                batches.add(of(group));
                group.clear();
                held = 0;
            }
            group.add(document);
            held += document.ids().length;
        }
        batches.add(of(group));
        return batches;
    }

    /**
     * Deals the documents to at most so many parts of about as many tokens, the longest first, each part's in their order
     * here. Parts without a target are left out; a small batch, or one in which one document outweighs the rest, stays
     * together.
     */
    List<Batch> parts(int most) {
        long[] lengths = sequences.lengths();
        int count = Math.min(most, lengths.length);
        var load = new long[count];
        var part = new int[lengths.length];
        IntStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.comparingLong((Integer d) -> -lengths[d]))
                .forEach(d -> {
                    part[d] = lightest(load);
                    load[part[d]] += lengths[d];
                });
        long heaviest = Arrays.stream(load).max().orElse(0);
        return count < 2 || tokens() < SMALL || targets.length == 0 || heaviest * count > UNEVEN * tokens()
                ? List.of(this)
                : IntStream.range(0, count)
                        .mapToObj(p -> only(part, p))
                        .filter(some -> some.targets.length > 0)
                        .toList();
    }

    private static int lightest(long[] load) {
        int best = 0;
        for (int p = 1; p < load.length; p++) {
            best = load[p] < load[best] ? p : best;
        }
        return best;
    }

    /** The documents of one part. */
    private Batch only(int[] part, int wanted) {
        long[] starts = sequences.starts();
        var rows = new ArrayList<long[]>();
        var places = LongStream.builder();
        var told = LongStream.builder();
        int at = 0;
        int target = 0;
        for (int d = 0; d < part.length; d++) {
            int first = (int) starts[d];
            int end = first + (int) sequences.lengths()[d];
            for (; target < sources.length && sources[target] < end; target++) {
                if (part[d] == wanted) {
                    places.add(sources[target] - first + at);
                    told.add(targets[target]);
                }
            }
            if (part[d] == wanted) {
                rows.add(Arrays.copyOfRange(sequences.ids(), first, end));
                at += end - first;
            }
        }
        return new Batch(
                Sequences.of(rows), places.build().toArray(), told.build().toArray());
    }

    int tokens() {
        return sequences.ids().length;
    }
}
