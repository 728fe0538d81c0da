package dev.tenon.openai.wire;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the name that somebody probably meant. */
final class Likeness {
    private Likeness() {}

    /** A name that begins as the given one, or that a few letters make of it; nothing where all are far. */
    static Optional<String> nearest(String given, List<String> names) {
        return names.stream()
                .filter(name -> distance(given, name) <= Math.max(2, given.length() / 3))
                .min(Comparator.comparingInt(name -> distance(given, name)));
    }

    /** Letters to insert, leave out or change (Levenshtein 1966); 1 where one is the beginning or the last words of the other. */
    private static int distance(String given, String name) {
        if (given.length() >= 4 && (name.startsWith(given) || given.startsWith(name) || name.endsWith("_" + given))) {
            return 1;
        }
        int[] before = new int[name.length() + 1];
        for (int j = 0; j <= name.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= given.length(); i++) {
            int[] now = new int[name.length() + 1];
            now[0] = i;
            for (int j = 1; j <= name.length(); j++) {
                int changed = before[j - 1] + (given.charAt(i - 1) == name.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(changed, 1 + Math.min(before[j], now[j - 1]));
            }
            before = now;
        }
        return before[name.length()];
    }
}
