package dev.tenon.method;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.TreeMap;

/** What somebody may have meant by a method that does not exist: another spelling, or a method with a setting. */
final class NearNames {
    private static final int MOST = 3;

    private NearNames() {}

    /** {@code : did you mean 'lora' with "use_dora": true?} or nothing. */
    static String hint(Collection<AdapterMethod<?>> methods, String asked) {
        var plain = plain(asked);
        if (plain.length() < 2 || plain.length() > 64) {
            return "";
        }
        var near = new ArrayList<Near>();
        for (var method : methods) {
            var id = method.descriptor().id();
            var names = new TreeMap<String, String>(method.knownAs());
            names.put(id, "");
            names.put(method.descriptor().title(), "");
            names.forEach((name, setting) -> near.add(new Near(
                    "'" + id + "'" + (setting.isEmpty() ? "" : " with " + setting), distance(plain, plain(name)))));
        }
        int allowed = Math.min(2, plain.length() / 3);
        var meant = near.stream()
                .filter(one -> one.distance() <= allowed)
                .sorted(Comparator.comparingInt(Near::distance))
                .map(Near::text)
                .distinct()
                .limit(near.stream().anyMatch(one -> one.distance() == 0) ? 1 : MOST)
                .toList();
        return meant.isEmpty() ? "" : ": did you mean %s?".formatted(String.join(" or ", meant));
    }

    private record Near(String text, int distance) {}

    /** As names are compared: without case, blanks and marks, but for the plus that tells LoRA+ from LoRA. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("+", "plus").replaceAll("[^a-z0-9]", "");
    }

    /** Levenshtein's. */
    private static int distance(String one, String other) {
        var costs = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            costs[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = costs[0];
            costs[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = costs[j];
                costs[j] = Math.min(replaced, Math.min(costs[j - 1], costs[j]) + 1);
            }
        }
        return costs[other.length()];
    }
}
