package dev.tenon.method.bottleneck;

import dev.tenon.method.Targets;
import dev.tenon.model.BottleneckPlace.Role;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import java.util.List;

/**
 * Where one adapter sits.
 *
 * @param path of the linear layer or block part
 * @param in width of what the adapter reads
 * @param out width of what it is added to
 */
record Place(String path, Role role, int in, int out) {
    static List<Place> on(Network model, BottleneckConfig config) {
        var outline = ModelOutline.of(model.config());
        if (!config.targetModules().isEmpty()) {
            return linears(outline, config);
        }
        var role = config.parallel() ? Role.BESIDE_PART : Role.AFTER_PART;
        return config.branches().of(model).stream()
                .map(site -> new Place(site.path(), role, site.width(), site.width()))
                .toList();
    }

    private static List<Place> linears(ModelOutline outline, BottleneckConfig config) {
        return Targets.linears(outline, "target_modules", config.targetModules(), List.of()).stream()
                .map(site -> linear(site, config))
                .toList();
    }

    private static Place linear(SiteShape site, BottleneckConfig config) {
        if (config.parallel()) {
            return new Place(site.path(), Role.BESIDE_LINEAR, site.in(), site.out());
        }
        boolean before = config.inputModules().take(site.path());
        int width = before ? site.in() : site.out();
        return new Place(site.path(), before ? Role.BEFORE_LINEAR : Role.AFTER_LINEAR, width, width);
    }

    /**
     * The formula: {@code width · (in + out)} a place, with biases {@code width + out} more, with a learned scale one
     * more.
     */
    static long parameters(ModelOutline outline, BottleneckConfig config) {
        if (!config.targetModules().isEmpty()) {
            return linears(outline, config).stream()
                    .mapToLong(place -> parameters(place.in, place.out, config))
                    .sum();
        }
        int hidden = outline.embedding().out();
        return config.branches().count(outline) * parameters(hidden, hidden, config);
    }

    private static long parameters(long in, long out, BottleneckConfig config) {
        return config.width() * (in + out)
                + (config.bias() ? config.width() + out : 0)
                + (config.learnedScale() ? 1 : 0);
    }
}
