package dev.tenon.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScopeTest {
    @Test
    void aScopeFreesAllButTheKept() {
        long before = Ledger.liveTensors();
        try (var outer = Scope.open()) {
            Tensor kept;
            Tensor dropped;
            try (var inner = Scope.open()) {
                dropped = Tensors.ones(DType.F32, Device.cpu(), 4);
                kept = inner.keep(dropped.add(1));
            }
            assertThat(dropped.isClosed()).isTrue();
            assertThat(kept.sum().item()).isEqualTo(8);
        }
        assertThat(Ledger.liveTensors()).isEqualTo(before);
    }

    @Test
    void aDetachedScopeOutlivesTheStackAndItsThread() throws InterruptedException {
        long before = Ledger.liveTensors();
        var weights = Scope.detached();
        Tensor weight;
        try (var scope = Scope.open()) {
            weight = weights.own(Tensors.ones(DType.F32, Device.cpu(), 3));
        }
        assertThat(weights.liveTensors()).isEqualTo(1);
        var seen = new double[1];
        var other = Thread.ofPlatform().start(() -> {
            try (var scope = Scope.open()) {
                seen[0] = weight.sum().item();
            }
        });
        other.join();
        assertThat(seen[0]).isEqualTo(3);
        weights.close();
        assertThat(weight.isClosed()).isTrue();
        assertThat(Ledger.liveTensors()).isEqualTo(before);
    }

    @Test
    void aThousandStepsLeaveNothing() {
        for (int warm = 0; warm < 3; warm++) {
            step(warm);
        }
        long handles = Ledger.liveTensors();
        long bytes = Ledger.liveBytes(Device.cpu());
        for (int i = 0; i < 1_000; i++) {
            step(i);
        }
        assertThat(Ledger.liveTensors()).isEqualTo(handles);
        assertThat(Ledger.liveBytes(Device.cpu())).isEqualTo(bytes);
    }

    private static void step(int i) {
        try (var scope = Scope.open();
                var tape = Tape.open()) {
            Tensor w = Tensors.ones(DType.F32, Device.cpu(), 8, 8);
            w.requireGrad(true);
            Tensor loss = w.mul(i).matmul(w).sum();
            tape.backward(loss);
            assertThat(w.grad()).isNotNull();
        }
    }

    @Test
    void theLedgerCountsBytesOnceAndRemembersThePeak() {
        try (var scope = Scope.open()) {
            long before = Ledger.liveBytes(Device.cpu());
            Ledger.resetPeak();
            Tensor big = Tensors.zeros(DType.F32, Device.cpu(), 1024);
            Tensor view = big.reshape(32, 32).transpose(0, 1);
            assertThat(Ledger.liveBytes(Device.cpu()) - before).isEqualTo(4096);
            big.close();
            big.close();
            assertThat(view.isClosed()).isFalse();
            assertThat(Ledger.liveBytes(Device.cpu())).isEqualTo(before);
            assertThat(Ledger.peakBytes(Device.cpu())).isGreaterThanOrEqualTo(before + 4096);
        }
    }

    @Test
    void tensorsNeedAScope() {
        assertThatThrownBy(() -> Tensors.ones(DType.F32, Device.cpu(), 1)).hasMessageContaining("no scope is open");
    }
}
