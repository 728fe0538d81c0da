package dev.tenon.method.prompttuning;

import dev.tenon.method.ParameterSet;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.util.Arrays;
import java.util.function.Supplier;

/** The ways in which a prompt begins: {@code [tokens, hidden]}, float32 on the CPU. */
final class PromptStart {
    private PromptStart() {}

    /** Standard normal, as PEFT does, or rows of the vocabulary. */
    static Supplier<Tensor> drawn(Network model, PromptTuningConfig config, long seed) {
        var random = ParameterSet.random(seed, "prompt");
        int count = config.numVirtualTokens();
        return config.promptTuningInit().equals(PromptTuningConfig.RANDOM)
                ? () -> Tensors.randn(random, count, model.config().hidden())
                : () -> rows(
                        model,
                        random.longs(count, 0, model.config().vocabulary()).toArray());
    }

    /** The words of a text, cut or repeated to the number of virtual tokens. */
    static Supplier<Tensor> words(Network model, PromptTuningConfig config, long[] text) {
        var ids = new long[config.numVirtualTokens()];
        Arrays.setAll(ids, i -> text[i % text.length]);
        return () -> rows(model, ids);
    }

    private static Tensor rows(Network model, long[] ids) {
        EmbeddingSite embedding = model.sites(EmbeddingSite.class).getFirst();
        return embedding
                .base(Tensors.of(ids, model.device(), ids.length))
                .to(Device.cpu())
                .to(DType.F32)
                .copy();
    }
}
