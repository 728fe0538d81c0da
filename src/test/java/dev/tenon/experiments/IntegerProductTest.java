package dev.tenon.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.experiments.IntegerProduct.Dyadic;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Products of whole numbers against the same ones in floating point: they differ by one unit at most. */
class IntegerProductTest {
    private static final int TOKENS = 40;
    private static final int IN = 64;
    private static final int OUT = 24;

    @Test
    void aFactorIsExactToThirtyBits() {
        var random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            double factor = Math.pow(2, -20 * random.nextDouble()) * 0.999;
            var dyadic = Dyadic.of(factor);
            assertThat(Math.scalb((double) dyadic.multiplier(), -dyadic.shift()) / factor)
                    .isCloseTo(1, within(1e-9));
        }
        assertThat(Dyadic.of(0.5).times(7)).isEqualTo(4);
        assertThat(Dyadic.of(0.25).times(-9)).isEqualTo(-2);
    }

    @Test
    void theProductIsWithinOneUnitOfTheFloatOne() {
        var random = new Random(2);
        float[] x = normal(random, TOKENS * IN, 1);
        float[] w = normal(random, OUT * IN, 0.1f);
        double in = IntegerProduct.scale(x, 0, x.length);
        byte[] codes = IntegerProduct.codes(x, 0, x.length, in);
        var rows = new byte[OUT][];
        var scales = new double[OUT];
        for (int i = 0; i < OUT; i++) {
            scales[i] = IntegerProduct.scale(w, i * IN, (i + 1) * IN);
            rows[i] = IntegerProduct.codes(w, i * IN, (i + 1) * IN, scales[i]);
        }
        var exact = new float[TOKENS * OUT];
        for (int i = 0; i < exact.length; i++) {
            float sum = 0;
            for (int k = 0; k < IN; k++) {
                sum += (float) (codes[i / OUT * IN + k] * in) * (float) (rows[i % OUT][k] * scales[i % OUT]);
            }
            exact[i] = sum;
        }
        double out = IntegerProduct.scale(exact, 0, exact.length);
        var factors = new Dyadic[OUT];
        for (int i = 0; i < OUT; i++) {
            factors[i] = Dyadic.of(in * scales[i] / out);
        }
        byte[] y = IntegerProduct.product(codes, rows, factors);
        int differing = 0;
        for (int i = 0; i < y.length; i++) {
            long unit = Math.round(exact[i] / out);
            assertThat(Math.abs(y[i] - unit)).isLessThanOrEqualTo(1);
            differing += y[i] == unit ? 0 : 1;
        }
        assertThat(differing).isLessThan(y.length / 100);
    }

    private static float[] normal(Random random, int count, float deviation) {
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian() * deviation;
        }
        return values;
    }
}
