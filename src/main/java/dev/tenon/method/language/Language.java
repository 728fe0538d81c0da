package dev.tenon.method.language;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.Bottleneck;
import dev.tenon.method.BottleneckForm;
import dev.tenon.method.BottleneckForm.Reads;
import dev.tenon.method.BottleneckSource;
import dev.tenon.method.Branches;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.Network;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Adapters for languages that the base has seen little of. */
final class Language implements AdapterMethod<LanguageConfig>, BottleneckSource<LanguageConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "language",
                "Language adapters",
                "bottleneck",
                "Bottlenecks on the residual stream, with or without an invertible change of the embeddings. Trained on"
                        + " raw text of a language, or triples of a knowledge graph read as sentences, and kept below a task's"
                        + " adapter.",
                "h = h + U relu(D h + d) + u; with a coupling y₁ = x₁ + F(x₂), y₂ = x₂ + G(y₁) around all blocks",
                "Gurgurov et al. 2025, Small Models, Big Impact, https://arxiv.org/abs/2502.10140; Pfeiffer et al. 2020,"
                        + " MAD-X, https://arxiv.org/abs/2005.00052",
                Set.of("text"));
    }

    @Override
    public Class<LanguageConfig> configType() {
        return LanguageConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return LanguageAdapter.class;
    }

    @Override
    public Adapter attach(Network model, LanguageConfig config, long seed) {
        return LanguageAdapter.make(model, config, seed);
    }

    /** Without the coupling, which is no bottleneck. */
    @Override
    public Optional<BottleneckForm> form(LanguageConfig config) {
        return config.invertible()
                ? Optional.empty()
                : Optional.of(new BottleneckForm(Reads.RESIDUAL, Branches.FEED_FORWARD));
    }

    @Override
    public Map<String, Bottleneck> bottlenecks(Adapter adapter) {
        return ((LanguageAdapter) adapter).bottlenecks();
    }

    /** {@code layers · (2dm + m + d)}, and {@code 2 (2hk + k + h)} for a coupling with {@code h = d / 2}. */
    @Override
    public long parameterCount(ModelOutline outline, LanguageConfig config) {
        int hidden = outline.embedding().out();
        long count = Branches.FEED_FORWARD.count(outline) * bottleneck(hidden, config.width(hidden));
        return config.invertible() ? count + 2 * bottleneck(hidden / 2, config.couplingWidth(hidden)) : count;
    }

    private static long bottleneck(long size, long width) {
        return 2 * size * width + width + size;
    }

    /** The paper's 1e-4 at a width of 768, and more below it. */
    @Override
    public double learningRate(int hidden) {
        return 1e-4 * Math.pow(768.0 / hidden, 0.75);
    }
}
