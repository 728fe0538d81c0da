package dev.tenon.model;

import dev.tenon.model.Quantisation.Format;
import dev.tenon.model.Quantisation.Grain;

/** The formulas of quantisation in double, one value after the other, as a reference. */
final class QuantisedByHand {
    private static final int BLOCK = 256;

    private final Quantisation form;
    private final float[] values;
    private final int out;
    private final int in;
    private final int width;
    private final int groups;
    private final double[] low;
    private final double[] high;

    QuantisedByHand(Quantisation form, float[] values, int out, int in) {
        this.form = form;
        this.values = values;
        this.out = out;
        this.in = in;
        this.width = form.grain() == Grain.GROUP ? form.group() : in;
        this.groups = (in + width - 1) / width;
        boolean one = form.grain() == Grain.TENSOR;
        this.low = new double[one ? 1 : out * groups];
        this.high = new double[low.length];
        for (int i = 0; i < values.length; i++) {
            int at = one ? 0 : group(i);
            low[at] = Math.min(low[at], values[i]);
            high[at] = Math.max(high[at], values[i]);
        }
    }

    private int group(int i) {
        return form.grain() == Grain.TENSOR ? 0 : i / in * groups + i % in / width;
    }

    /** The step between codes of int8, the largest value of nf4. */
    double scale(int row, int column) {
        return exact(group(row * in + column));
    }

    private double exact(int at) {
        double most = Math.max(-low[at], high[at]);
        if (form.format() == Format.NF4) {
            return most;
        }
        return form.affine() ? (high[at] - low[at]) / 255 : most / 127;
    }

    /** The scale as it comes back from eight bits of its own. */
    private double kept(int at) {
        if (!form.doubled()) {
            return exact(at);
        }
        double mean = 0;
        for (int i = 0; i < low.length; i++) {
            mean += exact(i) / low.length;
        }
        double most = 0;
        for (int i = at / BLOCK * BLOCK; i < Math.min(low.length, (at / BLOCK + 1) * BLOCK); i++) {
            most = Math.max(most, Math.abs(exact(i) - mean));
        }
        double step = most == 0 ? 1 : most / 127;
        return mean + Math.rint((exact(at) - mean) / step) * step;
    }

    float[] values() {
        var result = new float[out * in];
        for (int i = 0; i < result.length; i++) {
            int at = group(i);
            double step = exact(at) == 0 ? 1 : exact(at);
            result[i] = (float)
                    (form.format() == Format.NF4
                            ? kept(at) * nearest(values[i] / step)
                            : kept(at) * code(values[i] / step, Math.rint(-low[at] / step)));
        }
        return result;
    }

    private double code(double ratio, double zero) {
        return form.affine()
                ? Math.clamp(Math.rint(ratio) + zero, 0, 255) - zero
                : Math.clamp(Math.rint(ratio), -127, 127);
    }

    private static double nearest(double ratio) {
        double best = NormalLevels.levels()[0];
        for (float level : NormalLevels.levels()) {
            if (Math.abs(level - ratio) < Math.abs(best - ratio)) {
                best = level;
            }
        }
        return best;
    }

    /** By bisection of the distribution function, which is integrated by Simpson's rule. */
    static double normalQuantile(double probability) {
        double from = -6;
        double to = 6;
        while (to - from > 1e-12) {
            double middle = (from + to) / 2;
            if (below(middle) < probability) {
                from = middle;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private static double below(double x) {
        int steps = 2000;
        double width = x / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.exp(-Math.pow(i * width, 2) / 2);
        }
        return 0.5 + sum * width / 3 / Math.sqrt(2 * Math.PI);
    }
}
