package dev.tenon.method.lora;

import dev.tenon.core.Problem;
import dev.tenon.method.ModuleNames;
import dev.tenon.method.SavedModules;
import dev.tenon.model.ModelOutline;
import dev.tenon.model.ModelOutline.SiteShape;
import dev.tenon.model.Network;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What LoRA's settings come to on one model.
 *
 * @param linears linear layers with a pair, in the model's order
 * @param embedding the token embedding in a list where it has a pair, otherwise none
 * @param saved names and shapes of the model's tensors that are trained whole
 * @param biases names and shapes of the biases that are trained
 */
record LoraPlan(
        List<SiteShape> linears, List<SiteShape> embedding, Map<String, long[]> saved, Map<String, long[]> biases) {
    private static final Pattern LAYER = Pattern.compile(".*\\.[^.]*\\.(\\d+)\\..*");

    /** Applies PEFT's rules for targets. */
    static LoraPlan of(ModelOutline model, LoraConfig config) {
        var linears = model.linears().stream()
                .filter(site -> targeted(site.path(), config) && (site.layer() >= 0 || !config.allLinear()))
                .toList();
        var embedding = config.allLinear() || !targeted(model.embedding().path(), config)
                ? List.<SiteShape>of()
                : List.of(model.embedding());
        if (linears.isEmpty() && embedding.isEmpty()) {
            throw Problem.invalid(
                    "adapter.target_modules",
                    "no_module_matched",
                    "'adapter.target_modules' %s matches no module%s; this model has %s.%s"
                            .formatted(
                                    config.targetModules().json(),
                                    config.layersToTransform().isEmpty()
                                            ? ""
                                            : " in the layers " + config.layersToTransform(),
                                    String.join(", ", names(model)),
                                    config.targetModules().hint()));
        }
        var saved = SavedModules.of(model, config.modulesToSave());
        var plan = new LoraPlan(linears, embedding, saved, biases(model, linears, config));
        SavedModules.requireApart(saved, plan.paths().toList());
        return plan;
    }

    static LoraPlan of(Network model, LoraConfig config) {
        return of(ModelOutline.of(model.config()), config);
    }

    /** Whether there is nothing but pairs on linear layers. */
    boolean onlyPairs() {
        return embedding.isEmpty() && saved.isEmpty() && biases.isEmpty();
    }

    /** Every path with a pair. */
    Stream<String> paths() {
        return Stream.concat(linears.stream(), embedding.stream()).map(SiteShape::path);
    }

    private static boolean targeted(String path, LoraConfig config) {
        if (config.excludeModules().take(path)) {
            return false;
        }
        if (config.allLinear()) {
            return inLayers(path, config);
        }
        return config.targetModules().take(path) && inLayers(path, config);
    }

    /** PEFT's rule: the number after the first list name that fits, in a path of at least three parts. */
    private static boolean inLayers(String path, LoraConfig config) {
        if (config.layersToTransform().isEmpty()) {
            return true;
        }
        var patterns = config.layersPattern().isEmpty()
                ? List.of(LAYER)
                : config.layersPattern().stream()
                        .map(name -> Pattern.compile(".*\\." + Pattern.quote(name) + "\\.(\\d+)\\..*"))
                        .toList();
        for (Pattern pattern : patterns) {
            var found = pattern.matcher(path);
            if (found.matches()) {
                return config.layersToTransform().contains(Integer.parseInt(found.group(1)));
            }
        }
        return false;
    }

    private static Map<String, long[]> biases(ModelOutline model, List<SiteShape> linears, LoraConfig config) {
        var biases = new LinkedHashMap<String, long[]>();
        model.tensors().forEach((tensor, shape) -> {
            String path = tensor.substring(0, tensor.lastIndexOf('.'));
            boolean ofTarget = linears.stream().anyMatch(site -> site.path().equals(path));
            boolean taken = config.bias().equals("all") || (config.bias().equals("lora_only") && ofTarget);
            if (tensor.endsWith(".bias") && taken) {
                biases.put(tensor, shape);
            }
        });
        return biases;
    }

    /**
     * Refuses what is surely a mistake in settings that a person wrote: names and patterns without a module, layers that
     * do not exist, ranks above a matrix.
     */
    void requireSensible(ModelOutline model, LoraConfig config) {
        var all = new ArrayList<>(model.linears());
        all.add(model.embedding());
        var paths = all.stream().map(SiteShape::path).toList();
        if (!config.allLinear()) {
            for (String name : config.targetModules().names()) {
                require(paths.stream().anyMatch(ModuleNames.of(name)::take), "target_modules", name, model);
            }
        }
        requirePatterns(config.rankPattern().keySet(), "rank_pattern", model);
        requirePatterns(config.alphaPattern().keySet(), "alpha_pattern", model);
        int last = all.stream().mapToInt(SiteShape::layer).max().orElse(-1);
        for (int layer : config.layersToTransform()) {
            if (layer > last) {
                throw Problem.invalid(
                        "adapter.layers_to_transform",
                        "invalid_value",
                        "'adapter.layers_to_transform' has %d; this model has the layers 0 to %d."
                                .formatted(layer, last));
            }
        }
        if (config.startsFromWeights() && !embedding.isEmpty()) {
            throw Problem.invalid(
                    "adapter.init_lora_weights",
                    "invalid_value",
                    "'adapter.init_lora_weights' is pissa, which starts from the matrices of linear layers: leave '%s' out"
                                    .formatted(embedding.getFirst().path())
                            + " of 'adapter.target_modules'.");
        }
        for (SiteShape site :
                Stream.concat(linears.stream(), embedding.stream()).toList()) {
            int most = Math.min(site.in(), site.out());
            if (config.rankAt(site.path()) > most) {
                throw Problem.invalid(
                        "adapter.rank",
                        "rank_above_matrix",
                        "'adapter.rank' is %d at '%s', whose matrix is %d × %d: at most %d."
                                .formatted(config.rankAt(site.path()), site.path(), site.out(), site.in(), most));
            }
        }
    }

    private void requirePatterns(Collection<String> patterns, String field, ModelOutline model) {
        for (String pattern : patterns) {
            require(paths().anyMatch(path -> LoraConfig.endsLike(pattern, path)), field, pattern, model);
        }
    }

    private static void require(boolean matched, String field, String name, ModelOutline model) {
        if (!matched) {
            throw Problem.invalid(
                    "adapter." + field,
                    "no_module_matched",
                    "'adapter.%s' has '%s', which matches no module; this model has %s."
                            .formatted(field, name, String.join(", ", names(model))));
        }
    }

    private static Set<String> names(ModelOutline model) {
        var names = new LinkedHashSet<String>();
        model.linears().forEach(site -> names.add(last(site.path())));
        names.add(last(model.embedding().path()));
        return names;
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** {@code Σ rank · (in + out)} over the pairs, {@code Σ out} for their magnitudes, and what is trained whole. */
    long parameters(LoraConfig config) {
        long pairs = Stream.concat(linears.stream(), embedding.stream())
                .mapToLong(site -> config.rankAt(site.path()) * ((long) site.in() + site.out())
                        + (config.useDora() ? site.out() : 0))
                .sum();
        var whole = new LinkedHashMap<>(saved);
        whole.putAll(biases);
        return pairs + SavedModules.elements(whole);
    }
}
