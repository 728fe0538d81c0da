package dev.tenon.method.lora;

import dev.tenon.method.Mergeable;
import dev.tenon.method.ParameterSet;
import dev.tenon.method.RateFactors;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.tensor.Kernels;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Low-rank pairs by module, and copies of whatever is trained whole. Names are those of PEFT without its prefix and
 * without {@code base_layer}.
 */
class LoraAdapter implements Mergeable, RateFactors {
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    static final String EMBEDDING_A = ".lora_embedding_A";
    static final String EMBEDDING_B = ".lora_embedding_B";
    static final String MAGNITUDE = ".lora_magnitude_vector.weight";
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final Network model;
    private final LoraConfig config;
    private final ParameterSet tensors;
    private final Map<String, LowRankPair> pairs = new LinkedHashMap<>();
    private final Map<String, LowRankPair> embeddings = new LinkedHashMap<>();
    private final Magnitudes magnitudes = new Magnitudes();
    private final Set<String> whole = new LinkedHashSet<>();
    private @Nullable Set<String> storedBases;
    private boolean training;

    LoraAdapter(Network model, LoraConfig config) {
        this.model = model;
        this.config = config;
        this.tensors = new ParameterSet(model.device());
    }

    static LoraAdapter make(Network model, LoraConfig config, LoraPlan plan, InitialTensors start) {
        var adapter =
                plan.onlyPairs() && !config.useDora() ? new SummandLora(model, config) : new LoraAdapter(model, config);
        try (var scope = Scope.open()) {
            adapter.fill(plan, start);
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
        return adapter;
    }

    private void fill(LoraPlan plan, InitialTensors start) {
        for (var site : plan.linears()) {
            String path = site.path();
            var begun = config.startsFromWeights() ? PrincipalStart.keep(this, path, tensors) : null;
            long rank = config.rankAt(path);
            Tensor a = add(path + A, start, begun == null ? null : begun.a(), rank, site.in());
            Tensor b = add(path + B, start, begun == null ? null : begun.b(), site.out(), rank);
            pairs.put(path, new LowRankPair(a, b, config.scaleAt(path), begun));
        }
        for (var site : plan.embedding()) {
            String path = site.path();
            long rank = config.rankAt(path);
            Tensor a = add(path + EMBEDDING_A, start, null, rank, site.in());
            Tensor b = add(path + EMBEDDING_B, start, null, site.out(), rank);
            embeddings.put(path, new LowRankPair(a, b, config.scaleAt(path)));
        }
        if (config.useDora()) {
            pairs.keySet().forEach(path -> addMagnitude(path, baseTensor(path + WEIGHT), start));
            embeddings
                    .keySet()
                    .forEach(
                            path -> addMagnitude(path, baseTensor(path + WEIGHT).transpose(0, 1), start));
        }
        plan.saved().forEach((name, shape) -> addWhole(name, shape, start));
        plan.biases().forEach((name, shape) -> addWhole(name, shape, start));
    }

    private Tensor add(String name, InitialTensors start, @Nullable Tensor begun, long... shape) {
        return tensors.train(name, start.initial(name, shape, begun));
    }

    private void addMagnitude(String path, Tensor rows, InitialTensors start) {
        Tensor lengths = magnitudes.measure(path, rows);
        magnitudes.put(path, add(path + MAGNITUDE, start, lengths, lengths.shape()));
    }

    private void addWhole(String name, long[] shape, InitialTensors start) {
        if (whole.add(name)) {
            add(name, start, baseTensor(name), shape);
        }
    }

    /** The model's own tensor of a name such as {@code lm_head.weight}. */
    Tensor baseTensor(String name) {
        int dot = name.lastIndexOf('.');
        Tensor found = switch (model.sites().get(name.substring(0, dot))) {
            case LinearSite site -> name.endsWith(BIAS) ? site.bias() : site.weight();
            case NormSite site -> name.endsWith(BIAS) ? site.bias() : site.weight();
            case EmbeddingSite site -> site.weight();
            case null, default -> null;
        };
        if (found == null) {
            throw new IllegalStateException("the model has no tensor " + name);
        }
        return found;
    }

    @Override
    public LoraConfig config() {
        return config;
    }

    @Override
    public Map<String, Tensor> parameters() {
        return tensors.parameters();
    }

    @Override
    public Map<String, Tensor> buffers() {
        return tensors.buffers();
    }

    /** LoRA+ (Hayou et al. 2024): B learns faster than A. */
    @Override
    public double rateFactor(String parameter) {
        return parameter.endsWith(B) || parameter.endsWith(EMBEDDING_B) ? config.loraPlusRatio() : 1;
    }

    @Override
    public Set<String> matchedModules() {
        var modules = new LinkedHashSet<String>(embeddings.keySet());
        modules.addAll(pairs.keySet());
        whole.forEach(name -> modules.add(name.substring(0, name.lastIndexOf('.'))));
        return modules;
    }

    @Override
    public void train(boolean on) {
        training = on;
        magnitudes.forget();
    }

    @Override
    public Hooks hooks() {
        return new LoraHooks(this);
    }

    /** Paths of all linear layers of the model. */
    List<String> linearPaths() {
        return model.linearSites().stream().map(LinearSite::path).toList();
    }

    public Map<String, LowRankPair> pairs() {
        return Collections.unmodifiableMap(pairs);
    }

    Map<String, LowRankPair> embeddings() {
        return Collections.unmodifiableMap(embeddings);
    }

    /** Names of the model's tensors that this one has its own copy of. */
    Set<String> whole() {
        return whole;
    }

    /** Weights of paired layers that the file this was read from had, and that go back into it. */
    Set<String> storedBases() {
        return storedBases == null ? Set.of() : storedBases;
    }

    /** Whether PEFT wrote it, so that it goes back into the same form. */
    boolean isFromPeft() {
        return storedBases != null;
    }

    void readFromPeft(Set<String> bases) {
        storedBases = Set.copyOf(bases);
    }

    /** The plain LoRA of twice the rank that computes the same on the unchanged base. */
    LoraAdapter asPlain() {
        LoraConfig plain = config.asPlain();
        return make(model, plain, LoraPlan.of(model, plain), (name, shape, base) -> {
            for (var pair : pairs.entrySet()) {
                if (name.equals(pair.getKey() + A)) {
                    return pair.getValue().joined().a();
                }
                if (name.equals(pair.getKey() + B)) {
                    return pair.getValue().joined().b();
                }
            }
            return Objects.requireNonNull(parameters().get(name)).copy();
        });
    }

    @Nullable
    Tensor ownWeight(String path) {
        return parameters().get(path + WEIGHT);
    }

    @Nullable
    Tensor ownBias(String path) {
        return parameters().get(path + BIAS);
    }

    /** DoRA's factor {@code m / ‖W + s B A‖} by output, {@code [out]}, or null where lengths are not trained. */
    @Nullable
    Tensor factor(String path) {
        LowRankPair pair = pairs.get(path);
        return pair != null
                ? magnitudes.factor(path, () -> baseTensor(path + WEIGHT), pair, training)
                : magnitudes.factor(
                        path,
                        () -> baseTensor(path + WEIGHT).transpose(0, 1),
                        Objects.requireNonNull(embeddings.get(path), path),
                        training);
    }

    /** The part of the inputs to drop now. */
    double dropout() {
        return training ? config.dropout() : 0;
    }

    @Override
    public Set<String> foldedNames() {
        var names = new LinkedHashSet<String>();
        pairs.keySet().forEach(path -> names.add(path + WEIGHT));
        embeddings.keySet().forEach(path -> names.add(path + WEIGHT));
        names.addAll(whole);
        return names;
    }

    @Override
    public Tensor folded(String name) {
        Tensor base = baseTensor(name);
        Tensor own = parameters().get(name);
        if (own != null) {
            return own.detach().to(base.dtype()).copy();
        }
        String path = name.substring(0, name.length() - WEIGHT.length());
        LowRankPair pair = pairs.get(path);
        return pair != null
                ? folded(base, pair, factor(path))
                : folded(base.transpose(0, 1), Objects.requireNonNull(embeddings.get(path), name), factor(path))
                        .transpose(0, 1)
                        .contiguous();
    }

    private static Tensor folded(Tensor matrix, LowRankPair pair, @Nullable Tensor factor) {
        if (factor == null) {
            return pair.foldedInto(matrix);
        }
        LowRankPair whole = pair.joined();
        return Kernels.call("fold_magnitude", matrix, whole.b(), whole.a(), whole.scale(), factor);
    }

    @Override
    public void close() {
        magnitudes.close();
        tensors.close();
    }
}
