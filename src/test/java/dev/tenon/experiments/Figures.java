package dev.tenon.experiments;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleBinaryOperator;

/** Figures of several seeds as a row of a Markdown table: the mean and half the distance of the extremes. */
final class Figures {
    private final List<Double> values = new ArrayList<>();

    /** One figure from two, seed by seed. */
    static Figures of(Figures one, Figures other, DoubleBinaryOperator operator) {
        var figures = new Figures();
        for (int i = 0; i < one.values.size(); i++) {
            figures.add(operator.applyAsDouble(one.values.get(i), other.values.get(i)));
        }
        return figures;
    }

    /** The same ones with a number added to each. */
    Figures plus(double number) {
        return of(this, this, (one, same) -> one + number);
    }

    void add(double value) {
        values.add(value);
    }

    /** By seed, in their order. */
    List<Double> values() {
        return List.copyOf(values);
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
