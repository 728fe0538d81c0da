package dev.tenon.training;

import dev.tenon.model.Sequences;
import java.util.ArrayList;
import java.util.List;

/**
 * Documents laid end to end, with the places from which something is told.
 *
 * @param sources indices of the tokens with a target, {@code [targets]}
 * @param targets what is told from them: tokens or labels, {@code [targets]}
 */
public record Batch(Sequences sequences, long[] sources, long[] targets) {

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

    int tokens() {
        return sequences.ids().length;
    }
}
