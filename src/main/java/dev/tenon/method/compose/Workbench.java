package dev.tenon.method.compose;

import dev.tenon.core.Problem;
import dev.tenon.method.Adapter;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Mergeable;
import dev.tenon.method.Methods;
import dev.tenon.method.Tuned;
import dev.tenon.method.compose.Merging.Weighted;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Head;
import dev.tenon.model.Hooks;
import dev.tenon.model.Models;
import dev.tenon.model.Network;
import dev.tenon.model.Quantisation;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
        return open(directory, engineCache, null);
    }

    /**
     * The same with the base in the form in which the adapters were trained on it. What is folded into it is folded into
     * what the form gives back, and comes out dense.
     *
     * @param form null where it is dense
     */
    public static Workbench open(Path directory, Path engineCache, @Nullable Quantisation form) {
        Engine.start(engineCache, 0, message -> {});
        return new Workbench(directory, Models.open(directory, Device.cpu(), DType.F32, form));
    }

    /**
     * Makes one adapter of several and writes it into an existing folder.
     *
     * @param head number of the source whose head is kept; null where that is plain
     * @return the proof: modules, parameters, the largest change of a logit, and what a cut rank lost
     * @throws Problem 400 naming what does not fit together
     */
    public Map<String, Object> compose(
            List<Source> sources, Recipe recipe, @Nullable Integer head, Path target, String baseName) {
        var parts = new ArrayList<Part>();
        try {
            for (Source source : sources) {
                parts.add(new Part(AdapterFolder.load(model, source.folder()), source.weight()));
            }
            var fit = make(parts, recipe, sources.getFirst().folder());
            try (var adapter = fit.adapter();
                    var kept = ComposedHead.of(model, sources, recipe, head)) {
                new Tuned(adapter, kept).save(target, baseName);
            }
            try (var made = Tuned.load(model, target)) {
                var proof = new LinkedHashMap<String, Object>();
                proof.put("matched_modules", List.copyOf(made.adapter().matchedModules()));
                proof.put("trainable_parameters", made.parameterCount());
                proof.put("probe_max_logit_change", change(made));
                proof.put("relative_error", fit.relativeError());
                proof.putAll(told(made));
                return proof;
            }
        } finally {
            parts.forEach(part -> part.adapter().close());
        }
    }

    /** The same head on both sides, so that only the adapter can make a difference. */
    private double change(Tuned tuned) {
        return Probe.apart(probe.logits(model, Hooks.NONE, head(tuned)), logits(tuned));
    }

    private float[] logits(Tuned tuned) {
        return probe.logits(model, tuned.adapter().hooks(), head(tuned));
    }

    /** The adapter's head, otherwise that of the base's own checkpoint. */
    private @Nullable Head head(Tuned tuned) {
        return tuned.head() == null ? own(model) : tuned.head().head();
    }

    private static @Nullable Head own(Network network) {
        return network instanceof EncoderModel encoder ? encoder.ownHead() : null;
    }

    /** What the head is for. */
    private static Map<String, Object> told(Tuned tuned) {
        if (tuned.head() == null) {
            return Map.of();
        }
        Head head = tuned.head().head();
        return Map.of("task", head.form().task().name().toLowerCase(Locale.ROOT), "labels", head.labels());
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
     * Folds a stored adapter into the base and writes the result as a model folder in Hugging Face's layout; its head
     * becomes the head of the model.
     *
     * @param wide whether all weights are written as float32 instead of the base's own type
     * @return the proof: the largest difference between a logit of the base with its adapter and of the result, read
     *     back from its files
     * @throws Problem 400 for an adapter that cannot be folded
     */
    public Map<String, Object> merge(Path adapterFolder, Path target, boolean wide) {
        try (var tuned = Tuned.load(model, adapterFolder)) {
            if (!(tuned.adapter() instanceof Mergeable mergeable)) {
                throw Problem.invalid(
                        "name",
                        "not_mergeable",
                        "The method '%s' does something that no change of the base's weights can express; those that merge are"
                                        .formatted(Summand.method(tuned.adapter()))
                                + " %s."
                                        .formatted(
                                                String.join(", ", Methods.scan().able(Mergeable.class))));
            }
            new MergedFolder(directory, model, wide).write(mergeable, tuned.head(), target);
            float[] adapted = logits(tuned);
            try (var result = Models.open(target, Device.cpu(), DType.F32)) {
                var proof = new LinkedHashMap<String, Object>();
                proof.put("merged_tensors", mergeable.foldedNames().size());
                proof.put("logit_parity", Probe.apart(adapted, probe.logits(result, Hooks.NONE, own(result))));
                proof.put("probe_max_logit_change", change(tuned));
                proof.put("probe_tokens", Arrays.stream(probe.ids()).boxed().toList());
                proof.putAll(told(tuned));
                return proof;
            }
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
