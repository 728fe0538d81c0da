package dev.tenon.method.throwaway;

import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterMethod;
import dev.tenon.method.MethodDescriptor;
import dev.tenon.method.Targets;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import java.util.List;
import java.util.Set;

/** Gains on the outputs of linear layers. */
final class Throwaway implements AdapterMethod<ThrowawayConfig> {
    @Override
    public MethodDescriptor descriptor() {
        return new MethodDescriptor(
                "throwaway",
                "Throw-away gains",
                "vector",
                "Amplifies what linear layers put out. Only a test has it.",
                "y' = g ⊙ y",
                "Nobody yet",
                Set.of("text"));
    }

    @Override
    public Class<ThrowawayConfig> configType() {
        return ThrowawayConfig.class;
    }

    @Override
    public Class<? extends Adapter> adapterType() {
        return ThrowawayAdapter.class;
    }

    @Override
    public Adapter attach(Network model, ThrowawayConfig config, long seed) {
        return new ThrowawayAdapter(model, config, sites(ModelOutline.of(model.config()), config));
    }

    @Override
    public long parameterCount(ModelOutline outline, ThrowawayConfig config) {
        return sites(outline, config).stream().mapToLong(SiteShape::out).sum();
    }

    @Override
    public double learningRate(int hidden) {
        return 1e-2;
    }

    private static List<SiteShape> sites(ModelOutline outline, ThrowawayConfig config) {
        return Targets.linears(outline, "target_modules", config.targetModules(), List.of());
    }
}
