package dev.tenon.experiments;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Figures of several seeds as a row of a Markdown table: the mean and half the distance of the extremes. */
final class Figures {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    double mean() {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    String text(String format) {
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return String.format(Locale.ROOT, format + " ± " + format, mean(), (most - least) / 2);
    }
}
