package dev.tenon.method.ptuning;

import dev.tenon.method.ParameterSet;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The network that makes the virtual tokens while training. Its tensors bear PEFT's names.
 *
 * @param hidden width of the tokens
 */
record PromptEncoder(PTuningConfig config, int hidden) {
    private static final String PATH = "prompt_encoder.";
    static final String EMBEDDING = PATH + "embedding.weight";

    /** The shape of every tensor but the embeddings, in the order of the kernels. */
    Map<String, long[]> shapes() {
        var shapes = new LinkedHashMap<String, long[]>();
        int inner = config.innerWidth(hidden);
        if (!config.recurrent()) {
            linear(shapes, 0, hidden, inner);
            linear(shapes, 2, inner, inner);
            linear(shapes, 4, inner, hidden);
            return shapes;
        }
        for (int layer = 0; layer < config.encoderNumLayers(); layer++) {
            for (String way : List.of("", "_reverse")) {
                String suffix = "_l" + layer + way;
                shapes.put(recurrent("weight_ih" + suffix), new long[] {4L * inner, layer == 0 ? hidden : 2L * inner});
                shapes.put(recurrent("weight_hh" + suffix), new long[] {4L * inner, inner});
                shapes.put(recurrent("bias_ih" + suffix), new long[] {4L * inner});
                shapes.put(recurrent("bias_hh" + suffix), new long[] {4L * inner});
            }
        }
        linear(shapes, 0, 2 * inner, 2 * inner);
        linear(shapes, 2, 2 * inner, hidden);
        return shapes;
    }

    private static String recurrent(String name) {
        return PATH + "lstm_head." + name;
    }

    private static void linear(Map<String, long[]> shapes, int number, int in, int out) {
        String path = PATH + "mlp_head." + number;
        shapes.put(path + ".weight", new long[] {out, in});
        shapes.put(path + ".bias", new long[] {out});
    }

    /** PyTorch's own start: embeddings standard normal, the rest uniform in {@code ±1/√in}, of an LSTM {@code ±1/√inner}. */
    void start(ParameterSet set, long seed) {
        set.train(EMBEDDING, Tensors.randn(ParameterSet.random(seed, EMBEDDING), config.numVirtualTokens(), hidden));
        var shapes = shapes();
        shapes.forEach((name, shape) -> {
            double width = name.contains("lstm_head")
                    ? config.innerWidth(hidden)
                    : shapes.get(name.replace(".bias", ".weight"))[1];
            double bound = 1 / Math.sqrt(width);
            set.train(name, Tensors.uniform(ParameterSet.random(seed, name), -bound, bound, shape));
        });
    }

    /** {@code [tokens, hidden]} of the trained tensors. */
    Tensor encode(Map<String, Tensor> tensors, boolean training) {
        Tensor embedding = tensors.get(EMBEDDING);
        var rest = shapes().keySet().stream().map(tensors::get).toList();
        return config.recurrent()
                ? Kernels.call(
                        "recurrent_prompt",
                        embedding,
                        rest,
                        config.encoderNumLayers(),
                        training ? config.encoderDropout() : 0.0)
                : Kernels.call("dense_prompt", embedding, rest);
    }
}
