package dev.tenon.method.lora;

import dev.tenon.method.AdapterTensors;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * LoRA's tensors in PEFT's file. Its keys are ours behind {@code base_model.model.}; what belongs to the layer below a
 * pair is in {@code base_layer}. PEFT stores a targeted embedding's own weight beside its pair, which must then be the
 * model's.
 */
final class LoraPeftTensors implements InitialTensors, AutoCloseable {
    private static final String PREFIX = "base_model.model.";
    private static final String BASE_LAYER = ".base_layer";
    private static final String WEIGHT = ".weight";
    private static final String MAGNITUDE =
            LoraAdapter.MAGNITUDE.substring(0, LoraAdapter.MAGNITUDE.length() - WEIGHT.length());

    private final AdapterTensors file;
    private final Set<String> paired;
    /** Names in the file by ours. */
    private final Map<String, String> keys = new HashMap<>();

    private LoraPeftTensors(AdapterTensors file, LoraPlan plan) {
        this.file = file;
        this.paired = plan.paths().collect(Collectors.toSet());
    }

    static LoraPeftTensors open(Path folder, LoraPlan plan, LoraConfig config) {
        var tensors = new LoraPeftTensors(AdapterTensors.open(folder), plan);
        try {
            tensors.requireAllPlaced(plan, config);
            return tensors;
        } catch (RuntimeException e) {
            tensors.close();
            throw e;
        }
    }

    /** Refuses a file with tensors that no module takes, or without some that a module needs. */
    private void requireAllPlaced(LoraPlan plan, LoraConfig config) {
        var needed = new TreeSet<String>();
        plan.linears().forEach(site -> {
            needed.add(site.path() + LoraAdapter.A);
            needed.add(site.path() + LoraAdapter.B);
        });
        plan.embedding().forEach(site -> {
            needed.add(site.path() + LoraAdapter.EMBEDDING_A);
            needed.add(site.path() + LoraAdapter.EMBEDDING_B);
        });
        if (config.useDora()) {
            plan.paths().forEach(path -> needed.add(path + LoraAdapter.MAGNITUDE));
        }
        needed.addAll(plan.saved().keySet());
        var strangers = new TreeSet<String>();
        for (String key : file.left()) {
            String name = ownName(key);
            boolean known = needed.remove(name) || plan.biases().containsKey(name) || isBaseOfPair(name);
            if (!known || keys.put(name, key) != null) {
                strangers.add(key);
            }
        }
        if (!strangers.isEmpty()) {
            throw AdapterTensors.wrong(
                    "unexpected_tensor", "has tensors that fit no module of this base: " + shown(strangers));
        }
        if (!needed.isEmpty()) {
            throw AdapterTensors.wrong(
                    "missing_tensor", "lacks tensors for modules that the settings name: " + shown(needed));
        }
    }

    private static String shown(Set<String> names) {
        String some = names.stream().limit(5).collect(Collectors.joining(", "));
        return names.size() > 5 ? some + " and %d more".formatted(names.size() - 5) : some;
    }

    /** {@code lora_A.default.weight}, as older files and other writers have it, is {@code lora_A.weight}. */
    private static String ownName(String key) {
        String name = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
        String plain = name.replace(BASE_LAYER + ".", ".")
                .replace(".modules_to_save.default.", ".")
                .replace(".default.weight", WEIGHT)
                .replaceFirst("(lora_embedding_[AB]|lora_magnitude_vector)\\.default$", "$1");
        return plain.endsWith(MAGNITUDE) ? plain + WEIGHT : plain;
    }

    private boolean isBaseOfPair(String name) {
        return name.endsWith(WEIGHT) && paired.contains(name.substring(0, name.length() - WEIGHT.length()));
    }

    @Override
    public Tensor initial(String name, long[] shape, @Nullable Tensor base) {
        String key = keys.get(name);
        if (key == null) {
            // PEFT trains the biases of 'lora_only' but leaves them out of its file
            return Objects.requireNonNull(base).to(Device.cpu()).to(DType.F32).copy();
        }
        return read(key, shape);
    }

    private Tensor read(String key, long[] shape) {
        Tensor tensor = file.take(key, shape);
        if (!tensor.dtype().isFloating()) {
            throw AdapterTensors.wrong(
                    "unsupported_type", "has %s as whole numbers; these adapters are floats".formatted(key));
        }
        return tensor;
    }

    /** Requires that a stored weight of a paired layer is the model's own. */
    void requireSameBase(LoraAdapter adapter) {
        for (var entry : keys.entrySet()) {
            if (isBaseOfPair(entry.getKey()) && !adapter.parameters().containsKey(entry.getKey())) {
                try (var scope = Scope.open()) {
                    Tensor ours = adapter.baseTensor(entry.getKey());
                    Tensor theirs = read(entry.getValue(), ours.shape());
                    double apart = theirs.sub(ours.to(Device.cpu()).to(DType.F32))
                            .abs()
                            .max()
                            .item();
                    double largest = theirs.abs().max().item();
                    if (apart > 0.01 * largest) {
                        throw AdapterTensors.wrong(
                                "other_base",
                                "has a weight of the base, %s, that differs from this base by up to %.3g"
                                        .formatted(entry.getValue(), apart));
                    }
                }
            }
        }
    }

    /** Names of the paired layers whose own weight the file has. */
    Set<String> storedBases() {
        return keys.keySet().stream().filter(this::isBaseOfPair).collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void close() {
        file.close();
    }

    static void write(LoraAdapter adapter, Path folder) {
        var tensors = new LinkedHashMap<String, Tensor>();
        try (var scope = Scope.open()) {
            adapter.parameters().forEach((name, tensor) -> {
                if (!leftOut(adapter, name)) {
                    tensors.put(PREFIX + fileName(adapter, name), tensor);
                }
            });
            for (String name : adapter.storedBases()) {
                tensors.put(
                        PREFIX + fileName(adapter, name),
                        adapter.baseTensor(name).to(DType.F32));
            }
            AdapterTensors.write(folder, tensors);
        }
    }

    /** With 'lora_only' only those biases are written that moved; PEFT writes none and reads them all the same. */
    private static boolean leftOut(LoraAdapter adapter, String name) {
        if (!adapter.config().bias().equals("lora_only") || !name.endsWith(".bias")) {
            return false;
        }
        Tensor moved = Objects.requireNonNull(adapter.parameters().get(name)).detach();
        return moved.sub(adapter.baseTensor(name).to(DType.F32)).abs().max().item() == 0;
    }

    private static String fileName(LoraAdapter adapter, String name) {
        int dot = name.lastIndexOf('.');
        String path = name.substring(0, dot);
        if (path.endsWith(MAGNITUDE)) {
            return path;
        }
        boolean below =
                adapter.pairs().containsKey(path) || adapter.embeddings().containsKey(path);
        return below && !name.endsWith(LoraAdapter.EMBEDDING_A) && !name.endsWith(LoraAdapter.EMBEDDING_B)
                ? path + BASE_LAYER + name.substring(dot)
                : name;
    }
}
