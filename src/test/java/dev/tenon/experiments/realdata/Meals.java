package dev.tenon.experiments.realdata;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * E2E NLG: facts about a restaurant and what people wrote from them. Of its development set every sixth set of facts is
 * kept for testing and every sixth for choosing, so that none is in two parts.
 */
final class Meals {
    private static final int PARTS = 6;

    private Meals() {}

    static List<Map.Entry<String, List<String>>> testing(Path data) {
        return part(data, 0);
    }

    static List<Map.Entry<String, List<String>>> choosing(Path data) {
        return part(data, 1);
    }

    static List<Map.Entry<String, List<String>>> training(Path data) {
        var all = new ArrayList<Map.Entry<String, List<String>>>();
        for (int part = 2; part < PARTS; part++) {
            all.addAll(part(data, part));
        }
        return all;
    }

    private static List<Map.Entry<String, List<String>>> part(Path data, int part) {
        var all = List.copyOf(Table.grouped(data.resolve("e2e-nlg/devset.csv")).entrySet());
        var chosen = new ArrayList<Map.Entry<String, List<String>>>();
        for (int i = part; i < all.size(); i += PARTS) {
            chosen.add(all.get(i));
        }
        // the file is sorted by facts; a fixed shuffle makes any first few of them fair
        chosen.sort(Comparator.comparing(entry -> Integer.reverse(entry.getKey().hashCode())));
        return chosen;
    }
}
