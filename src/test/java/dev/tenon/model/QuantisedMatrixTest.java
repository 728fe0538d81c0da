package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tenon.TensorEngine;
import dev.tenon.model.Quantisation.Format;
import dev.tenon.model.Quantisation.Grain;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tape;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrices in fewer bits against the formulas worked out value by value. */
class QuantisedMatrixTest {
    private static final int OUT = 5;
    private static final int IN = 20;

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    static List<Quantisation> forms() {
        var forms = new ArrayList<Quantisation>();
        for (var grain : Grain.values()) {
            for (boolean doubled : new boolean[] {false, true}) {
                forms.add(new Quantisation(Format.INT8, false, grain, 8, doubled));
                forms.add(new Quantisation(Format.INT8, true, grain, 8, doubled));
                forms.add(new Quantisation(Format.NF4, false, grain, 8, doubled));
            }
        }
        return forms;
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyValueIsWhatItsFormulaGives(Quantisation form) {
        float[] values = values(OUT * IN);
        try (var scope = Scope.open()) {
            float[] got = coded(values, OUT, IN, form).dense().toFloats();
            assertThat(TensorEngine.distance(got, new QuantisedByHand(form, values, OUT, IN).values()))
                    .isLessThan(1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void itTakesTheBytesThatAreReckonedAndNoneMore(Quantisation form) {
        try (var scope = Scope.open()) {
            Tensor dense = Tensors.of(values(OUT * IN), OUT, IN);
            Tensor pairs = pairs(form, DType.F32);
            long before = Ledger.liveBytes(Device.cpu());
            QuantisedMatrix.of(dense, form, pairs);
            assertThat(Ledger.liveBytes(Device.cpu()) - before).isEqualTo(form.bytes(OUT, IN));
        }
    }

    @Test
    void bytesAParameterAreThoseOfThePaper() {
        var group = new Quantisation(Format.NF4, false, Grain.GROUP, 64, false);
        var doubled = new Quantisation(Format.NF4, false, Grain.GROUP, 64, true);
        long parameters = 4096L * 4096;
        assertThat(8.0 * group.bytes(4096, 4096) / parameters).isEqualTo(4 + 32.0 / 64);
        assertThat(8.0 * doubled.bytes(4096, 4096) / parameters)
                .isCloseTo(4 + 8.0 / 64 + 32.0 / (64 * 256), within(1e-5));
        assertThat(new Quantisation(Format.INT8, false, Grain.CHANNEL, 64, false).bytes(4096, 4096))
                .isEqualTo(parameters + 4 * 4096);
        assertThat(new Quantisation(Format.INT8, true, Grain.TENSOR, 64, false).bytes(4096, 4096))
                .isEqualTo(parameters + 4 + 1);
    }

    /** Eight quantiles below zero, nine above it, zero in both, and divided by the largest. */
    @Test
    void theLevelsAreQuantilesOfTheNormalDistribution() {
        double outermost = 1 - (1.0 / 32 + 1.0 / 30) / 2;
        var levels = new double[16];
        for (int i = 0; i < 8; i++) {
            levels[15 - i] = QuantisedByHand.normalQuantile(outermost + (0.5 - outermost) * i / 8);
        }
        for (int i = 0; i < 7; i++) {
            levels[i] = -QuantisedByHand.normalQuantile(outermost + (0.5 - outermost) * i / 7);
        }
        for (int i = 0; i < 16; i++) {
            assertThat(NormalLevels.levels()[i]).isCloseTo((float) (levels[i] / levels[15]), within(1e-5f));
        }
    }

    @Test
    void noErrorIsAboveHalfAStepAndZeroStaysZero() {
        float[] values = values(OUT * IN);
        values[7] = 0;
        try (var scope = Scope.open()) {
            for (boolean affine : new boolean[] {false, true}) {
                var form = new Quantisation(Format.INT8, affine, Grain.TENSOR, 8, false);
                float[] got = coded(values, OUT, IN, form).dense().toFloats();
                double step = new QuantisedByHand(form, values, OUT, IN).scale(0, 0);
                assertThat(got[7]).isZero();
                for (int i = 0; i < values.length; i++) {
                    assertThat(Math.abs(got[i] - values[i])).isLessThanOrEqualTo((float) (step / 2 * 1.0001));
                }
            }
            float[] nf4 = coded(values, OUT, IN, new Quantisation(Format.NF4, false, Grain.GROUP, 8, false))
                    .dense()
                    .toFloats();
            assertThat(nf4[7]).isZero();
        }
    }

    @Test
    void symmetricCodesAreOdd() {
        float[] values = values(OUT * IN);
        var form = new Quantisation(Format.INT8, false, Grain.GROUP, 8, false);
        try (var scope = Scope.open()) {
            Tensor mirrored = Tensors.of(values, OUT, IN).mul(-1);
            Tensor sum = coded(values, OUT, IN, form)
                    .dense()
                    .add(QuantisedMatrix.of(mirrored, form, null).dense());
            assertThat(sum.abs().max().item()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aMatrixOfZerosOrOfOneSignIsNoTrouble(Quantisation form) {
        try (var scope = Scope.open()) {
            assertThat(coded(new float[OUT * IN], OUT, IN, form).dense().toFloats())
                    .containsOnly(0f);
            float[] ones = new float[OUT * IN];
            java.util.Arrays.fill(ones, 3f);
            assertThat(TensorEngine.distance(coded(ones, OUT, IN, form).dense().toFloats(), ones))
                    .isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theProductIsThatOfTheDenseMatrixAndItsGradientTheFiniteDifference(Quantisation form) {
        var random = new Random(4);
        try (var scope = Scope.open()) {
            var matrix = coded(values(OUT * IN), OUT, IN, form);
            Tensor x = Tensors.randn(random, 3, IN);
            Tensor bias = Tensors.randn(random, OUT);
            Tensor weights = Tensors.randn(random, 3, OUT);
            Tensor plain = x.matmul(matrix.dense().transpose(0, 1)).add(bias);
            assertThat(matrix.product(x, bias).sub(plain).abs().max().item()).isLessThan(1e-5);
            x.requireGrad(true);
            Tensor gradient;
            try (var tape = Tape.open()) {
                Tensor loss = matrix.product(x, bias).mul(weights).sum();
                gradient = tape.gradients(loss, List.of(x)).getFirst();
            }
            assertThat(matrix.parts())
                    .allSatisfy(part -> assertThat(part.isClosed()).isFalse());
            for (int at = 0; at < 3 * IN; at += 7) {
                double up = loss(matrix, x.detach(), bias, weights, at, 0.5f);
                double down = loss(matrix, x.detach(), bias, weights, at, -0.5f);
                assertThat((double) gradient.toFloats()[at]).isCloseTo(up - down, within(1e-4));
            }
        }
    }

    private static double loss(QuantisedMatrix matrix, Tensor x, Tensor bias, Tensor weights, int at, float step) {
        float[] moved = x.toFloats();
        moved[at] += step;
        return matrix.product(Tensors.of(moved, 3, IN), bias).mul(weights).sum().item();
    }

    @Test
    void finerGrainsErrLessWhereSomeChannelsAreLarge() {
        double[] errors = new double[3];
        for (int seed = 0; seed < 3; seed++) {
            float[] values = outliers(64, 128, seed);
            for (var grain : Grain.values()) {
                for (var format : Format.values()) {
                    try (var scope = Scope.open()) {
                        Tensor got = coded(values, 64, 128, new Quantisation(format, false, grain, 32, false))
                                .dense();
                        Tensor error = got.sub(Tensors.of(values, 64, 128));
                        errors[grain.ordinal()] += error.mul(error).mean().item();
                    }
                }
            }
        }
        assertThat(errors[2]).isLessThan(errors[1]);
        assertThat(errors[1]).isLessThan(errors[0]);
    }

    @Test
    void aFormThatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> new Quantisation(Format.NF4, true, Grain.GROUP, 64, false))
                .hasMessageContaining("affine");
        assertThatThrownBy(() -> new Quantisation(Format.INT8, false, Grain.GROUP, 7, false))
                .hasMessageContaining("even");
    }

    private static QuantisedMatrix coded(float[] values, int out, int in, Quantisation form) {
        return QuantisedMatrix.of(Tensors.of(values, out, in), form, pairs(form, DType.F32));
    }

    private static @org.jspecify.annotations.Nullable Tensor pairs(Quantisation form, DType type) {
        return form.format() == Format.NF4 ? NormalLevels.pairs(Device.cpu(), type) : null;
    }

    private static float[] values(int count) {
        var random = new Random(11);
        var values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * (1 + i % 3) + 0.3);
        }
        return values;
    }

    /** Every eighth channel is ten times as large, and so is every thirty-second input. */
    private static float[] outliers(int out, int in, long seed) {
        var random = new Random(seed);
        var values = new float[out * in];
        for (int i = 0; i < values.length; i++) {
            int row = i / in;
            values[i] = (float) (random.nextGaussian() * (row % 8 == 0 ? 10 : 1) * (i % in % 32 == 31 ? 10 : 1));
        }
        return values;
    }
}
