package dev.tenon.job;

import dev.tenon.job.MethodAdvice.Recommendation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Ranks methods for a need by what they declare about themselves. Nothing here knows a method: how many values one
 * trains, what it takes and what its adapters can do decides, and every point given or taken is said in words.
 */
final class MethodRanking {
    private static final int FITTING = 4;
    private static final int WANTED = 3;
    private static final int CLOSE = 2;
    /** Trained values that an example can settle: the middle of what small adapters are published with. */
    private static final double VALUES_PER_EXAMPLE = 300;

    private static final double TOO_MANY = 30;
    private static final double TOO_FEW = 1 / 300.0;

    private MethodRanking() {}

    /** Higher scores first. */
    static List<Recommendation> rank(Map<MethodCard, MethodFigures> methods, MethodNeed need) {
        var places = new ArrayList<Recommendation>();
        methods.forEach((card, figures) -> places.add(place(card, figures, need)));
        places.sort(Comparator.comparingInt((Recommendation place) -> -place.score())
                .thenComparing(place -> place.card().descriptor().id()));
        return places;
    }

    private static Recommendation place(MethodCard card, MethodFigures figures, MethodNeed need) {
        var reasons = new ArrayList<String>();
        int score = memory(figures, need, reasons) + size(figures, need, reasons) + serving(card, need, reasons);
        return new Recommendation(card, figures, score, List.copyOf(reasons));
    }

    private static int memory(MethodFigures figures, MethodNeed need, List<String> reasons) {
        if (need.memoryBytes() == 0) {
            return 0;
        }
        boolean fits = figures.memoryBytes() <= need.memoryBytes();
        reasons.add("Training takes about %,d MiB, which %s %,d MiB."
                .formatted(figures.memoryBytes() >> 20, fits ? "fits" : "is more than", need.memoryBytes() >> 20));
        return fits ? FITTING : -2 * FITTING;
    }

    private static int size(MethodFigures figures, MethodNeed need, List<String> reasons) {
        double wanted = VALUES_PER_EXAMPLE * Math.max(1, need.examples());
        double ratio = figures.trainable() / wanted;
        String share = String.format(
                Locale.ROOT, "%,d trained values (%.2g %% of the base)", figures.trainable(), 100 * figures.share());
        if (ratio > TOO_MANY) {
            reasons.add("%s are many for %,d examples: it may learn them by heart.".formatted(share, need.examples()));
            return -CLOSE;
        }
        if (ratio < TOO_FEW) {
            reasons.add(
                    "%s are few for %,d examples: it may not hold what they say.".formatted(share, need.examples()));
            return -CLOSE;
        }
        // one point less for every factor of ten away from the middle
        reasons.add("%s suit %,d examples.".formatted(share, need.examples()));
        return Math.max(0, CLOSE - (int) Math.round(Math.abs(Math.log10(ratio))));
    }

    private static int serving(MethodCard card, MethodNeed need, List<String> reasons) {
        return switch (need.serving()) {
            case ANY -> general(card, reasons);
            case FASTEST -> wanted(card.mergeable(), "It folds into the weights and then costs nothing.", reasons);
            case COMBINED -> wanted(card.composable(), "Its adapters can be summed in one answer.", reasons);
            case ELSEWHERE -> wanted(card.portable(), "Its files are PEFT's, which other servers read.", reasons);
        };
    }

    private static int general(MethodCard card, List<String> reasons) {
        if (card.mergeable()) {
            reasons.add("It can be folded into the weights.");
        }
        if (card.portable()) {
            reasons.add("Its files are PEFT's.");
        }
        return (card.mergeable() ? 1 : 0) + (card.portable() ? 1 : 0);
    }

    private static int wanted(boolean there, String reason, List<String> reasons) {
        reasons.add(
                there ? reason : "Not so: " + reason.substring(0, 1).toLowerCase(Locale.ROOT) + reason.substring(1));
        return there ? WANTED : -WANTED;
    }
}
