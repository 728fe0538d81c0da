package dev.tenon.method.lora;

import dev.tenon.method.Mergeable;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.Hooks;
import dev.tenon.model.LinearSite;
import dev.tenon.model.LowRankPair;
import dev.tenon.model.Network;
import dev.tenon.model.NormSite;
import dev.tenon.model.Site;
import dev.tenon.tensor.Device;
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
final class LoraAdapter implements Mergeable {
    static final String A = ".lora_A.weight";
    static final String B = ".lora_B.weight";
    static final String EMBEDDING_A = ".lora_embedding_A";
    static final String EMBEDDING_B = ".lora_embedding_B";
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final LoraConfig config;
    private final Map<String, Site> sites;
    private final Device device;
    private final Scope owner = Scope.detached();
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, LowRankPair> pairs = new LinkedHashMap<>();
    private final Map<String, LowRankPair> embeddings = new LinkedHashMap<>();
    private final Set<String> whole = new LinkedHashSet<>();
    private Set<String> storedBases = Set.of();
    private boolean training;

    private LoraAdapter(Network model, LoraConfig config) {
        this.config = config;
        this.sites = model.sites();
        this.device = model.device();
    }

    static LoraAdapter make(Network model, LoraConfig config, LoraPlan plan, InitialTensors start) {
        var adapter = new LoraAdapter(model, config);
        try (var scope = Scope.open()) {
            for (var site : plan.linears()) {
                String path = site.path();
                long rank = config.rankAt(path);
                Tensor a = adapter.add(path + A, new long[] {rank, site.in()}, start);
                Tensor b = adapter.add(path + B, new long[] {site.out(), rank}, start);
                adapter.pairs.put(path, new LowRankPair(a, b, config.scaleAt(path)));
            }
            for (var site : plan.embedding()) {
                String path = site.path();
                long rank = config.rankAt(path);
                Tensor a = adapter.add(path + EMBEDDING_A, new long[] {rank, site.in()}, start);
                Tensor b = adapter.add(path + EMBEDDING_B, new long[] {site.out(), rank}, start);
                adapter.embeddings.put(path, new LowRankPair(a, b, config.scaleAt(path)));
            }
            plan.saved().forEach((name, shape) -> adapter.addWhole(name, shape, start));
            plan.biases().forEach((name, shape) -> adapter.addWhole(name, shape, start));
        } catch (RuntimeException e) {
            adapter.close();
            throw e;
        }
        return adapter;
    }

    private Tensor add(String name, long[] shape, InitialTensors start) {
        return own(name, start.initial(name, shape, null));
    }

    private void addWhole(String name, long[] shape, InitialTensors start) {
        if (whole.add(name)) {
            own(name, start.initial(name, shape, baseTensor(name)));
        }
    }

    private Tensor own(String name, Tensor initial) {
        Tensor parameter = owner.own(initial.to(device));
        parameter.requireGrad(true);
        parameters.put(name, parameter);
        return parameter;
    }

    /** The model's own tensor of a name such as {@code lm_head.weight}. */
    Tensor baseTensor(String name) {
        int dot = name.lastIndexOf('.');
        Tensor found = switch (sites.get(name.substring(0, dot))) {
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
        return Collections.unmodifiableMap(parameters);
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
    }

    @Override
    public Hooks hooks() {
        return new LoraHooks(this);
    }

    /** Paths of all linear layers of the model. */
    List<String> linearPaths() {
        return sites.values().stream()
                .filter(LinearSite.class::isInstance)
                .map(Site::path)
                .toList();
    }

    Map<String, LowRankPair> pairs() {
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
        return storedBases;
    }

    void storeBases(Set<String> names) {
        storedBases = Set.copyOf(names);
    }

    @Nullable
    Tensor ownWeight(String path) {
        return parameters.get(path + WEIGHT);
    }

    @Nullable
    Tensor ownBias(String path) {
        return parameters.get(path + BIAS);
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
        Tensor own = parameters.get(name);
        if (own != null) {
            return own.detach().to(base.dtype()).copy();
        }
        String path = name.substring(0, name.length() - WEIGHT.length());
        LowRankPair pair = pairs.get(path);
        if (pair != null) {
            return Kernels.call("fold_low_rank", base, pair.b(), pair.a(), pair.scale());
        }
        LowRankPair rows = Objects.requireNonNull(embeddings.get(path), name);
        return Kernels.call("fold_low_rank_transposed", base, rows.b(), rows.a(), rows.scale());
    }

    @Override
    public void close() {
        owner.close();
    }
}
