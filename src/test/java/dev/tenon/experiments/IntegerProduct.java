package dev.tenon.experiments;

import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Linear layers computed with whole numbers alone: {@code int8 × int8} summed in 32 bits and brought to int8 again by a factor
 * {@code m · 2^−k} (Jacob et al. 2018). The scales of what goes in and comes out are those of what was seen before.
 */
final class IntegerProduct implements Hooks {
    private static final int LARGEST = 127;

    private final Map<String, Double> inputs = new LinkedHashMap<>();
    private final Map<String, Double> outputs = new LinkedHashMap<>();
    private boolean seen;

    /** A factor below one as {@code multiplier · 2^−shift}, exact to 31 bits. */
    record Dyadic(int multiplier, int shift) {
        static Dyadic of(double factor) {
            int shift = 30 - Math.getExponent(factor);
            long multiplier = Math.round(Math.scalb(factor, shift));
            return multiplier > Integer.MAX_VALUE
                    ? new Dyadic((int) (multiplier >> 1), shift - 1)
                    : new Dyadic((int) multiplier, shift);
        }

        /** The nearest whole number to {@code sum} times the factor. */
        int times(int sum) {
            return (int) (((long) sum * multiplier + (1L << (shift - 1))) >> shift);
        }
    }

    /** From now on the scales stay as they are and whole numbers are used. */
    void freeze() {
        seen = true;
    }

    static byte[] codes(float[] values, int from, int to, double scale) {
        var codes = new byte[to - from];
        for (int i = from; i < to; i++) {
            codes[i - from] = clipped(Math.round(values[i] / scale));
        }
        return codes;
    }

    private static byte clipped(long value) {
        return (byte) Math.clamp(value, -LARGEST, LARGEST);
    }

    /** {@code y [tokens, out]} in whole numbers for {@code x [tokens, in]}, {@code w [out, in]} and a factor for each output. */
    static byte[] product(byte[] x, byte[][] w, Dyadic[] factors) {
        int in = w[0].length;
        var y = new byte[x.length / in * w.length];
        for (int i = 0; i < y.length; i++) {
            byte[] row = w[i % w.length];
            int from = i / w.length * in;
            int sum = 0;
            for (int k = 0; k < in; k++) {
                sum += x[from + k] * row[k];
            }
            y[i] = clipped(factors[i % w.length].times(sum));
        }
        return y;
    }

    static double scale(float[] values, int from, int to) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        return largest == 0 ? 1 : (double) largest / LARGEST;
    }

    @Override
    public Tensor linear(LinearSite site, Tensor x) {
        if (site.layer() < 0) {
            return Hooks.super.linear(site, x);
        }
        float[] values = x.detach().toFloats();
        if (!seen) {
            Tensor y = x.matmul(site.weight().transpose(0, 1));
            float[] found = y.detach().toFloats();
            inputs.merge(site.path(), scale(values, 0, values.length), Math::max);
            outputs.merge(site.path(), scale(found, 0, found.length), Math::max);
            return biased(site, y);
        }
        double in = Objects.requireNonNull(inputs.get(site.path()));
        double out = Objects.requireNonNull(outputs.get(site.path()));
        float[] weights = site.weight().detach().toFloats();
        var rows = new byte[site.out()][];
        var factors = new Dyadic[site.out()];
        for (int i = 0; i < rows.length; i++) {
            double own = scale(weights, i * site.in(), (i + 1) * site.in());
            rows[i] = codes(weights, i * site.in(), (i + 1) * site.in(), own);
            factors[i] = Dyadic.of(in * own / out);
        }
        byte[] codes = product(codes(values, 0, values.length, in), rows, factors);
        var y = new float[codes.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = (float) (codes[i] * out);
        }
        return biased(site, Tensors.of(y, x.size(0), site.out()));
    }

    private static Tensor biased(LinearSite site, Tensor y) {
        Tensor bias = site.bias();
        return bias == null ? y : y.add(bias);
    }
}
