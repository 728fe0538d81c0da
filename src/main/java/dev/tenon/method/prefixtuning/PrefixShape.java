package dev.tenon.method.prefixtuning;

import dev.tenon.core.Problem;
import dev.tenon.method.ParameterSet;
import dev.tenon.model.AttentionSite;
import dev.tenon.model.ModelOutline;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a prefix is trained as; their names are PEFT's. A row of the flat prefix {@code [tokens, layers · 2 ·
 * width]} has, layer by layer, the keys and then the values of one token, head by head.
 *
 * @param width of the keys of one attention, all heads together
 */
record PrefixShape(PrefixTuningConfig config, List<AttentionSite> attentions, int width) {
    private static final String PATH = "prompt_encoder.";
    static final String EMBEDDING = PATH + "embedding.weight";
    static final String INNER = PATH + "transform.0";
    static final String OUTER = PATH + "transform.2";
    static final String WEIGHT = ".weight";
    static final String BIAS = ".bias";

    static PrefixShape of(ModelOutline model, PrefixTuningConfig config) {
        var attentions = model.attentions();
        if (attentions.isEmpty()) {
            throw Problem.invalid(
                    "adapter.method",
                    "method_does_not_suit",
                    "'adapter.method' 'prefixtuning' needs a base with attention layers, and this one names none.");
        }
        var first = attentions.getFirst();
        return new PrefixShape(config, attentions, first.heads() * first.size());
    }

    /** Width of a row of the flat prefix. */
    long flatWidth() {
        return 2L * attentions.size() * width;
    }

    int innerWidth() {
        return config.encoderHiddenSize() == 0 ? width : config.encoderHiddenSize();
    }

    /** The shape of every tensor that a new prefix is trained as. */
    Map<String, long[]> shapes() {
        var shapes = new LinkedHashMap<String, long[]>();
        shapes.put(EMBEDDING, new long[] {config.numVirtualTokens(), config.prefixProjection() ? width : flatWidth()});
        if (config.prefixProjection()) {
            shapes.put(INNER + WEIGHT, new long[] {innerWidth(), width});
            shapes.put(INNER + BIAS, new long[] {innerWidth()});
            shapes.put(OUTER + WEIGHT, new long[] {flatWidth(), innerWidth()});
            shapes.put(OUTER + BIAS, new long[] {flatWidth()});
        }
        return shapes;
    }

    /** PyTorch's own start: embeddings standard normal, the rest uniform in {@code ±1/√in}; zero is what comes out last. */
    void start(ParameterSet set, long seed) {
        shapes().forEach((name, shape) -> {
            boolean last = config.prefixProjection() ? name.startsWith(OUTER) : name.equals(EMBEDDING);
            double in = name.startsWith(OUTER) ? innerWidth() : width;
            var random = ParameterSet.random(seed, name);
            if (config.fromZero() && last) {
                set.train(name, Tensors.zeros(DType.F32, Device.cpu(), shape));
            } else if (name.equals(EMBEDDING)) {
                set.train(name, Tensors.randn(random, shape));
            } else {
                set.train(name, Tensors.uniform(random, -1 / Math.sqrt(in), 1 / Math.sqrt(in), shape));
            }
        });
    }
}
