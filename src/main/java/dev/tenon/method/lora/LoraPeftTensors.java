package dev.tenon.method.lora;

import dev.tenon.artifact.ElementType;
import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.artifact.SafetensorsWriter;
import dev.tenon.artifact.SafetensorsWriter.NamedTensor;
import dev.tenon.artifact.TensorEntry;
import dev.tenon.core.Problem;
import dev.tenon.method.AdapterFolder;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
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

    private final SafetensorsFile file;
    private final Set<String> paired;
    private final Map<String, TensorEntry> left = new HashMap<>();

    private LoraPeftTensors(SafetensorsFile file, LoraPlan plan) {
        this.file = file;
        this.paired = plan.paths().collect(Collectors.toSet());
    }

    static LoraPeftTensors open(Path folder, LoraPlan plan) {
        Path path = folder.resolve(AdapterFolder.WEIGHTS);
        if (!Files.exists(path)) {
            throw Problem.invalid(
                    "file",
                    "missing_weights",
                    "The adapter has no '%s'. Files of the kind 'adapter_model.bin' can run code and are never read:"
                                    .formatted(AdapterFolder.WEIGHTS)
                            + " save the adapter as safetensors.");
        }
        try {
            var tensors = new LoraPeftTensors(SafetensorsFile.open(path, SafetensorsLimits.ADAPTER), plan);
            try {
                tensors.requireAllPlaced(plan, AdapterFolder.ofHead(folder));
            } catch (RuntimeException e) {
                tensors.close();
                throw e;
            }
            return tensors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refuses a file with tensors that no module takes, or without some that a module needs. */
    private void requireAllPlaced(LoraPlan plan, Predicate<String> ofHead) {
        var needed = new TreeSet<String>();
        plan.linears().forEach(site -> {
            needed.add(site.path() + LoraAdapter.A);
            needed.add(site.path() + LoraAdapter.B);
        });
        plan.embedding().forEach(site -> {
            needed.add(site.path() + LoraAdapter.EMBEDDING_A);
            needed.add(site.path() + LoraAdapter.EMBEDDING_B);
        });
        needed.addAll(plan.saved().keySet());
        var strangers = new TreeSet<String>();
        for (TensorEntry entry : file.entries()) {
            if (ofHead.test(entry.name())) {
                continue;
            }
            String name = ownName(entry.name());
            boolean known = needed.remove(name) || plan.biases().containsKey(name) || isBaseOfPair(name);
            if (!known || left.put(name, entry) != null) {
                strangers.add(entry.name());
            }
        }
        if (!strangers.isEmpty()) {
            throw wrong("unexpected_tensor", "has tensors that fit no module of this base: " + shown(strangers));
        }
        if (!needed.isEmpty()) {
            throw wrong("missing_tensor", "lacks tensors for modules that the settings name: " + shown(needed));
        }
    }

    private static String shown(Set<String> names) {
        String some = names.stream().limit(5).collect(Collectors.joining(", "));
        return names.size() > 5 ? some + " and %d more".formatted(names.size() - 5) : some;
    }

    /** {@code lora_A.default.weight}, as older files and other writers have it, is {@code lora_A.weight}. */
    private static String ownName(String key) {
        String name = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
        return name.replace(BASE_LAYER + ".", ".")
                .replace(".modules_to_save.default.", ".")
                .replace(".default.weight", ".weight")
                .replaceFirst("(lora_embedding_[AB])\\.default$", "$1");
    }

    private boolean isBaseOfPair(String name) {
        return name.endsWith(".weight") && paired.contains(name.substring(0, name.length() - ".weight".length()));
    }

    @Override
    public Tensor initial(String name, long[] shape, @Nullable Tensor base) {
        TensorEntry entry = left.get(name);
        if (entry == null) {
            // PEFT trains the biases of 'lora_only' but leaves them out of its file
            return Objects.requireNonNull(base).to(Device.cpu()).to(DType.F32).copy();
        }
        return read(entry, shape);
    }

    /** Requires that a stored weight of a paired layer is the model's own. */
    void requireSameBase(LoraAdapter adapter) {
        for (var entry : left.entrySet()) {
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
                        throw wrong(
                                "other_base",
                                "has a weight of the base, %s, that differs from this base by up to %.3g"
                                        .formatted(entry.getValue().name(), apart));
                    }
                }
            }
        }
    }

    /** Names of the paired layers whose own weight the file has. */
    Set<String> storedBases() {
        return left.keySet().stream().filter(this::isBaseOfPair).collect(Collectors.toCollection(TreeSet::new));
    }

    private Tensor read(TensorEntry entry, long[] shape) {
        if (!Arrays.equals(entry.dimensions(), shape)) {
            throw wrong(
                    "wrong_shape",
                    "has %s with the shape %s; this base and the settings ask for %s"
                            .formatted(entry.name(), entry.shape(), Arrays.toString(shape)));
        }
        ElementType type = entry.type();
        if (type != ElementType.F32 && type != ElementType.F16 && type != ElementType.BF16) {
            throw wrong(
                    "unsupported_type", "has %s as %s; adapters are F32, F16 or BF16".formatted(entry.name(), type));
        }
        Tensor loaded = Tensors.load(file.data(entry), DType.valueOf(type.name()), shape, Device.cpu());
        return loaded.to(DType.F32);
    }

    private static Problem wrong(String code, String what) {
        return Problem.invalid("file", code, "'%s' %s.".formatted(AdapterFolder.WEIGHTS, what));
    }

    @Override
    public void close() {
        file.close();
    }

    static void write(LoraAdapter adapter, Path folder) {
        var tensors = new TreeMap<String, NamedTensor>();
        try (var scope = Scope.open()) {
            adapter.parameters().forEach((name, tensor) -> {
                if (!leftOut(adapter, name)) {
                    tensors.put(PREFIX + fileName(adapter, name), content(tensor.detach()));
                }
            });
            for (String name : adapter.storedBases()) {
                String key = PREFIX + fileName(adapter, name);
                tensors.put(key, content(adapter.baseTensor(name).to(DType.F32)));
            }
            SafetensorsWriter.write(
                    folder.resolve(AdapterFolder.WEIGHTS), new LinkedHashMap<>(tensors), Map.of("format", "pt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
        boolean below =
                adapter.pairs().containsKey(path) || adapter.embeddings().containsKey(path);
        return below && !name.endsWith(LoraAdapter.EMBEDDING_A) && !name.endsWith(LoraAdapter.EMBEDDING_B)
                ? path + BASE_LAYER + name.substring(dot)
                : name;
    }

    private static NamedTensor content(Tensor tensor) {
        MemorySegment data = MemorySegment.ofArray(new byte[Math.toIntExact(tensor.bytes())]);
        tensor.contiguous().copyTo(data);
        List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
        return new NamedTensor(ElementType.F32, shape, data);
    }
}
