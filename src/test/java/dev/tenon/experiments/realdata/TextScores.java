package dev.tenon.experiments.realdata;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How near written texts are to what people wrote, both counted in lower-case words and marks. */
final class TextScores {
    private static final int LONGEST = 4;

    private TextScores() {}

    static List<String> words(String text) {
        return List.of(text.toLowerCase(Locale.ROOT)
                .replaceAll("([^\\p{L}\\p{N}\\s'£-])", " $1 ")
                .strip()
                .split("\\s+"));
    }

    /** BLEU over a corpus with several references (Papineni et al. 2002), 0 to 100. */
    static double bleu(List<List<String>> texts, List<List<List<String>>> references) {
        var hits = new double[LONGEST];
        var counts = new double[LONGEST];
        double length = 0;
        double wanted = 0;
        for (int i = 0; i < texts.size(); i++) {
            var text = texts.get(i);
            length += text.size();
            wanted += nearest(text.size(), references.get(i));
            for (int n = 1; n <= LONGEST; n++) {
                var most = new HashMap<List<String>, Integer>();
                for (var reference : references.get(i)) {
                    grams(reference, n).forEach((gram, count) -> most.merge(gram, count, Math::max));
                }
                for (var gram : grams(text, n).entrySet()) {
                    hits[n - 1] += Math.min(gram.getValue(), most.getOrDefault(gram.getKey(), 0));
                    counts[n - 1] += gram.getValue();
                }
            }
        }
        double sum = 0;
        for (int n = 0; n < LONGEST; n++) {
            sum += Math.log(Math.max(hits[n], 1e-9) / Math.max(counts[n], 1)) / LONGEST;
        }
        double brevity = length >= wanted ? 1 : Math.exp(1 - wanted / Math.max(length, 1));
        return 100 * brevity * Math.exp(sum);
    }

    private static int nearest(int size, List<List<String>> references) {
        return references.stream()
                .mapToInt(List::size)
                .reduce((a, b) -> Math.abs(a - size) <= Math.abs(b - size) ? a : b)
                .orElse(0);
    }

    private static Map<List<String>, Integer> grams(List<String> words, int n) {
        var grams = new HashMap<List<String>, Integer>();
        for (int i = 0; i + n <= words.size(); i++) {
            grams.merge(List.copyOf(words.subList(i, i + n)), 1, Integer::sum);
        }
        return grams;
    }

    /** The best ROUGE-L F1 (Lin 2004) over the references, on average over the texts, 0 to 100. */
    static double rouge(List<List<String>> texts, List<List<List<String>>> references) {
        var scores = new ArrayList<Double>();
        for (int i = 0; i < texts.size(); i++) {
            var text = texts.get(i);
            scores.add(references.get(i).stream()
                    .mapToDouble(reference -> {
                        double common = common(text, reference);
                        return common == 0 ? 0 : 2 * common / (text.size() + reference.size());
                    })
                    .max()
                    .orElse(0));
        }
        return 100 * scores.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    /** Length of the longest common subsequence. */
    static int common(List<String> a, List<String> b) {
        var row = new int[b.size() + 1];
        for (String word : a) {
            int before = 0;
            for (int i = 1; i <= b.size(); i++) {
                int above = row[i];
                row[i] = word.equals(b.get(i - 1)) ? before + 1 : Math.max(row[i], row[i - 1]);
                before = above;
            }
        }
        return row[b.size()];
    }
}
