package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.method.compose.Merging.Weighted;
import dev.tenon.model.Hooks;
import dev.tenon.model.Models;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A base model opened on the CPU in float32, to compose stored adapters on it or to fold one into it. */
public final class Workbench implements AutoCloseable {
    private final Path directory;
    private final Network model;
    private final Probe probe;

    /** A stored adapter and its weight. */
    public record Source(Path folder, double weight) {}

    private Workbench(Path directory, Network model) {
        this.directory = directory;
        this.model = model;
        this.probe = Probe.of(model);
    }

    /**
     * Loads a base model.
     *
     * @param engineCache where the tensor engine unpacks its natives if it does not run yet
     */
    public static Workbench open(Path directory, Path engineCache) {
        Engine.start(engineCache, 0, message -> {});
        return new Workbench(directory, Models.open(directory, Device.cpu(), DType.F32));
    }

    /**
     * Makes one adapter of several and writes it into an existing folder.
     *
     * @return the proof: modules, parameters, the largest change of a logit, and what a cut rank lost
     * @throws Problem 400 naming what does not fit together
     */
    public Map<String, Object> compose(List<Source> sources, Recipe recipe, Path target, String baseName) {
        var parts = new ArrayList<Part>();
        try {
            for (Source source : sources) {
                requireNoHead(source.folder(), "parts");
                parts.add(new Part(AdapterFolder.load(model, source.folder()), source.weight()));
            }
            var fit = make(parts, recipe, sources.getFirst().folder());
            try (var made = fit.adapter()) {
                AdapterFolder.save(made, target, baseName);
            }
            try (var made = AdapterFolder.load(model, target)) {
                var proof = new LinkedHashMap<String, Object>();
                proof.put("matched_modules", List.copyOf(made.matchedModules()));
                proof.put("trainable_parameters", made.parameterCount());
                proof.put(
                        "probe_max_logit_change",
                        Probe.apart(probe.logits(model, Hooks.NONE), probe.logits(model, made.hooks())));
                proof.put("relative_error", fit.relativeError());
                return proof;
            }
        } finally {
            parts.forEach(part -> part.adapter().close());
        }
    }

    /** A head belongs to one adapter and its labels: there is no sum of two, and no base has a place for one. */
    private static void requireNoHead(Path folder, String field) {
        if (Files.exists(folder.resolve(AdapterFolder.HEAD))) {
            throw Problem.invalid(
                    field,
                    "has_head",
                    "'%s' has an adapter with a head for its labels, which can be neither composed nor merged."
                            .formatted(field));
        }
    }

    private LowRank.Fit make(List<Part> parts, Recipe recipe, Path first) {
        return switch (recipe.operation()) {
            case Recipe.CONCATENATE -> new LowRank.Fit(LowRank.concatenated(model, parts), 0);
            case Recipe.AVERAGE -> {
                Adapter mean = AdapterFolder.load(model, first);
                try {
                    AdapterAverage.into(mean, parts);
                } catch (RuntimeException e) {
                    mean.close();
                    throw e;
                }
                yield new LowRank.Fit(mean, 0);
            }
            default -> merged(parts, recipe);
        };
    }

    private LowRank.Fit merged(List<Part> parts, Recipe recipe) {
        var vectors = new ArrayList<Weighted>();
        try {
            for (Part part : parts) {
                vectors.add(new Weighted(TaskVector.of(model, part.adapter()), part.weight()));
            }
            try (var merged = recipe.merging().merge(vectors)) {
                return Stored.of(model, parts, merged, recipe);
            }
        } finally {
            vectors.forEach(vector -> vector.vector().close());
        }
    }

    /**
     * Folds a stored adapter into the base and writes the result as a model folder in Hugging Face's layout.
     *
     * @param wide whether all weights are written as float32 instead of the base's own type
     * @return the proof: the largest difference between a logit of the base with its adapter and of the result, read
     *     back from its files
     * @throws Problem 400 for an adapter that cannot be folded
     */
    public Map<String, Object> merge(Path adapterFolder, Path target, boolean wide) {
        requireNoHead(adapterFolder, "name");
        try (var adapter = AdapterFolder.load(model, adapterFolder)) {
            if (!(adapter instanceof Mergeable mergeable)) {
                throw Problem.invalid(
                        "name",
                        "not_mergeable",
                        "The method '%s' does something that no change of the base's weights can express; those that merge are"
                                        .formatted(Summand.method(adapter))
                                + " %s.".formatted(String.join(", ", Methods.scan().able(Mergeable.class))));
            }
            new MergedFolder(directory, model, wide).write(mergeable, target);
            float[] adapted = probe.logits(model, adapter.hooks());
            try (var result = Models.open(target, Device.cpu(), DType.F32)) {
                var proof = new LinkedHashMap<String, Object>();
                proof.put("merged_tensors", mergeable.foldedNames().size());
                proof.put("logit_parity", Probe.apart(adapted, probe.logits(result, Hooks.NONE)));
                proof.put("probe_max_logit_change", Probe.apart(adapted, probe.logits(model, Hooks.NONE)));
                proof.put("probe_tokens", Arrays.stream(probe.ids()).boxed().toList());
                return proof;
            }
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
