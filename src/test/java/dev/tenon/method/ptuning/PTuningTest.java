package dev.tenon.method.ptuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.MethodContract;
import dev.tenon.method.Methods;
import dev.tenon.method.TinyTask;
import dev.tenon.tensor.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PTuningTest extends MethodContract {
    @Override
    protected List<Map<String, Object>> settings() {
        return List.of(
                Map.of("method", "ptuning", "num_virtual_tokens", 4, "encoder_hidden_size", 8),
                recurrent(1, 0),
                recurrent(2, 0.1));
    }

    private static Map<String, Object> recurrent(int layers, double dropout) {
        return Map.of(
                "method",
                "ptuning",
                "num_virtual_tokens",
                3,
                "encoder_reparameterization_type",
                "LSTM",
                "encoder_hidden_size",
                4,
                "encoder_num_layers",
                layers,
                "encoder_dropout",
                dropout);
    }

    @Override
    protected Map<String, Map<String, Object>> refused() {
        return Map.of(
                "adapter.num_virtual_tokens",
                Map.of("method", "ptuning", "num_virtual_tokens", 5000),
                "adapter.encoder_reparameterization_type",
                Map.of("method", "ptuning", "encoder_reparameterization_type", "GRU"),
                "adapter.encoder_num_layers",
                Map.of("method", "ptuning", "encoder_num_layers", 0),
                "adapter.encoder_dropout",
                Map.of("method", "ptuning", "encoder_dropout", 0.5));
    }

    @Override
    protected boolean startsAsBase() {
        return false;
    }

    @Override
    protected boolean keepsItsParameters() {
        return false;
    }

    @Override
    protected double learns() {
        return 0.01;
    }

    /** Written from the equations of Hochreiter and Schmidhuber, gates in PyTorch's order: in, forget, cell, out. */
    @Test
    void theRecurrentEncoderComputesItsEquations() {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, recurrent(1, 0), 1);
                var scope = Scope.open()) {
            double[][] x = matrix(adapter, "embedding.weight");
            double[][] there = run(adapter, x, "", false);
            double[][] back = run(adapter, x, "_reverse", true);
            float[] ours = Objects.requireNonNull(adapter.hooks().virtualTokens()).toFloats();
            for (int token = 0; token < x.length; token++) {
                double[] both = new double[8];
                System.arraycopy(there[token], 0, both, 0, 4);
                System.arraycopy(back[token], 0, both, 4, 4);
                double[] inner = dense(adapter, both, "mlp_head.0");
                for (int i = 0; i < inner.length; i++) {
                    inner[i] = Math.max(0, inner[i]);
                }
                double[] expected = dense(adapter, inner, "mlp_head.2");
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) ours[token * 16 + i])
                            .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-5));
                }
            }
        }
    }

    private static double[][] run(Adapter adapter, double[][] x, String way, boolean backwards) {
        double[][] in = matrix(adapter, "lstm_head.weight_ih_l0" + way);
        double[][] over = matrix(adapter, "lstm_head.weight_hh_l0" + way);
        double[][] biases = {
            matrix(adapter, "lstm_head.bias_ih_l0" + way)[0], matrix(adapter, "lstm_head.bias_hh_l0" + way)[0]
        };
        var out = new double[x.length][];
        double[] h = new double[4];
        double[] c = new double[4];
        for (int step = 0; step < x.length; step++) {
            int token = backwards ? x.length - 1 - step : step;
            var gates = new double[16];
            for (int g = 0; g < 16; g++) {
                gates[g] = biases[0][g] + biases[1][g] + dot(in[g], x[token]) + dot(over[g], h);
            }
            var next = new double[4];
            for (int i = 0; i < 4; i++) {
                c[i] = sigmoid(gates[4 + i]) * c[i] + sigmoid(gates[i]) * Math.tanh(gates[8 + i]);
                next[i] = sigmoid(gates[12 + i]) * Math.tanh(c[i]);
            }
            h = next;
            out[token] = h;
        }
        return out;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] dense(Adapter adapter, double[] x, String name) {
        double[][] weight = matrix(adapter, name + ".weight");
        double[] bias = matrix(adapter, name + ".bias")[0];
        var y = new double[weight.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = bias[i] + dot(weight[i], x);
        }
        return y;
    }

    /** A vector is one row. */
    private static double[][] matrix(Adapter adapter, String name) {
        var tensor = Objects.requireNonNull(adapter.parameters().get("prompt_encoder." + name));
        float[] flat = tensor.toFloats();
        int columns = (int) tensor.size(-1);
        var rows = new double[flat.length / columns][columns];
        for (int i = 0; i < flat.length; i++) {
            rows[i / columns][i % columns] = flat[i];
        }
        return rows;
    }

    @Test
    void onlyTheTokensAreKept(@TempDir Path folder) {
        try (var model = TinyTask.model();
                var adapter = Methods.scan().attach(model, settings().getFirst(), 1)) {
            AdapterFolder.save(adapter, folder, "tiny");
            try (var again = AdapterFolder.load(model, folder)) {
                assertThat(adapter.parameters()).hasSize(7);
                assertThat(again.parameters()).hasSize(1);
                assertThat(again.parameterCount()).isEqualTo(4 * 16);
            }
        }
    }
}
