package dev.tenon.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TensorEngine;
import dev.tenon.model.Quantisation.Format;
import dev.tenon.model.Quantisation.Grain;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Ledger;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The shipped models in fewer bits: how far they drift and what they take. */
class QuantisedModelTest {
    private static final Quantisation NF4 = new Quantisation(Format.NF4, false, Grain.GROUP, 64, true);
    private static final Quantisation INT8 = new Quantisation(Format.INT8, false, Grain.CHANNEL, 64, false);
    private static final long[] TEXT =
            IntStream.range(0, 48).mapToLong(i -> 300 + i * 37 % 3500).toArray();

    @BeforeAll
    static void start() {
        TensorEngine.start();
    }

    /** Errors of the logits, by the deviation of the dense ones; the coarser the form, the larger. */
    @Test
    void theFewerBitsTheFartherItDrifts() {
        float[] dense = logits(null);
        double int8 = drift(dense, logits(INT8));
        double nf4 = drift(dense, logits(NF4));
        assertThat(int8).isBetween(1e-6, 0.03);
        assertThat(nf4).isBetween(int8, 0.3);
    }

    private static float[] logits(@org.jspecify.annotations.Nullable Quantisation form) {
        try (var scope = Scope.open();
                var model = Models.load(ShippedModel.DIRECTORY, Device.cpu(), DType.F32, form)) {
            assertThat(model.quantisation()).isEqualTo(form);
            Tensor hidden = model.hidden(Sequences.of(List.of(TEXT)), Hooks.NONE);
            return model.logits(hidden, Hooks.NONE).toFloats();
        }
    }

    private static double drift(float[] dense, float[] coded) {
        double mean = 0;
        for (float value : dense) {
            mean += value / dense.length;
        }
        double variance = 0;
        double error = 0;
        for (int i = 0; i < dense.length; i++) {
            variance += Math.pow(dense[i] - mean, 2);
            error += Math.pow(dense[i] - coded[i], 2);
        }
        return Math.sqrt(error / variance);
    }

    @Test
    void itTakesTheBytesOfItsFormAndLeavesNone() {
        long handles = Ledger.liveTensors();
        long before = Ledger.liveBytes(Device.cpu());
        long dense;
        try (var model = Models.load(ShippedModel.DIRECTORY, Device.cpu(), DType.F32)) {
            dense = Ledger.liveBytes(Device.cpu()) - before;
        }
        for (var form : List.of(NF4, INT8)) {
            try (var model = Models.load(ShippedModel.DIRECTORY, Device.cpu(), DType.F32, form)) {
                long saved = model.linearSites().stream()
                        .filter(site -> site.layer() >= 0)
                        .mapToLong(site -> 4L * site.in() * site.out() - form.bytes(site.out(), site.in()))
                        .sum();
                long levels = form.format() == Format.NF4 ? 256 * 2 * 4 : 0;
                assertThat(Ledger.liveBytes(Device.cpu()) - before).isEqualTo(dense - saved + levels);
                assertThat(model.quantisation()).isEqualTo(form);
            }
        }
        assertThat(Ledger.liveTensors()).isEqualTo(handles);
    }

    /** What a pass holds at once beside the codes is less than two blocks, not the model. */
    @Test
    void aPassForwardAndBackNeverHoldsTheWholeModel() {
        try (var scope = Scope.open();
                var model = Models.load(ShippedModel.DIRECTORY, Device.cpu(), DType.F32, NF4)) {
            var first = model.linearSites().getFirst();
            var pair = new LowRankPair(
                    dev.tenon.tensor.Tensors.ones(DType.F32, Device.cpu(), 1, first.in()),
                    dev.tenon.tensor.Tensors.ones(DType.F32, Device.cpu(), first.out(), 1),
                    1e-3);
            long blocks = 4L
                    * model.linearSites().stream()
                            .filter(site -> site.layer() >= 0)
                            .mapToLong(site -> (long) site.in() * site.out())
                            .sum();
            Ledger.resetPeak();
            long before = Ledger.liveBytes(Device.cpu());
            var pass = ((LowRankGradients) model)
                    .forward(Sequences.of(List.of(new long[] {5, 6})), java.util.Map.of(first.path(), pair));
            var gradients = pass.backward(pass.hidden().detach());
            assertThat(gradients).hasSize(2);
            assertThat(Ledger.peakBytes(Device.cpu()) - before)
                    .isLessThan(blocks * 2 / model.config().layers());
        }
    }
}
