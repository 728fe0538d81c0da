package dev.tenon.method;

import dev.tenon.artifact.ElementType;
import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.artifact.SafetensorsWriter;
import dev.tenon.artifact.SafetensorsWriter.NamedTensor;
import dev.tenon.artifact.TensorEntry;
import dev.tenon.core.Problem;
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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The weights file of an adapter folder. Tensors are taken out by name and shape, and {@link #requireAllTaken} refuses
 * what no module took, so that nothing is ignored in silence.
 */
public final class AdapterTensors implements AutoCloseable {
    private static final int SHOWN = 5;

    private final SafetensorsFile file;
    private final String prefix;
    private final Set<String> left = new TreeSet<>();

    private AdapterTensors(SafetensorsFile file, String prefix, Predicate<String> wanted) {
        this.file = file;
        this.prefix = prefix;
        file.entries().stream().map(TensorEntry::name).filter(wanted).forEach(left::add);
    }

    /**
     * Opens the weights of a folder; those of a head beside the method are none of its business.
     *
     * @throws Problem 400 where there are none or they are not safetensors
     */
    public static AdapterTensors open(Path folder) {
        return open(folder, "");
    }

    /** The same for a file whose tensors all have something before their names. */
    static AdapterTensors open(Path folder, String prefix) {
        return open(folder, prefix, AdapterFolder.ofHead(folder).negate());
    }

    /** Opens the weights of the head in a folder. */
    static AdapterTensors openHead(Path folder, HeadFile head) {
        return open(folder, "", head::owns);
    }

    private static AdapterTensors open(Path folder, String prefix, Predicate<String> wanted) {
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
            return new AdapterTensors(SafetensorsFile.open(path, SafetensorsLimits.ADAPTER), prefix, wanted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names that nobody has taken yet. */
    public Set<String> left() {
        return new TreeSet<>(left);
    }

    public boolean has(String name) {
        return file.find(prefix + name) != null;
    }

    /** The shape in the file. */
    public long[] shape(String name) {
        return entry(name).dimensions();
    }

    /** A tensor on the CPU in the current scope: float32 where the file has floats, int64 where it has whole numbers. */
    public Tensor take(String name, long... shape) {
        TensorEntry entry = entry(name);
        if (!Arrays.equals(entry.dimensions(), shape)) {
            throw wrong(
                    "wrong_shape",
                    "has %s with the shape %s; this base and the settings ask for %s"
                            .formatted(name, entry.shape(), Arrays.toString(shape)));
        }
        DType type = DType.valueOf(entry.type().name());
        if (type == DType.BOOL) {
            throw wrong("unsupported_type", "has %s as BOOL; adapters are floats and whole numbers".formatted(name));
        }
        left.remove(prefix + name);
        Tensor loaded = Tensors.load(file.data(entry), type, shape, Device.cpu());
        return loaded.to(type.isFloating() ? DType.F32 : DType.I64);
    }

    private TensorEntry entry(String name) {
        TensorEntry entry = file.find(prefix + name);
        if (entry == null) {
            throw wrong("missing_tensor", "lacks %s, which the settings ask for".formatted(name));
        }
        return entry;
    }

    /** Overwrites every parameter and buffer of an adapter, and refuses what is left over. */
    public void fill(Adapter adapter) {
        try (var scope = Scope.open()) {
            adapter.parameters().forEach((name, tensor) -> tensor.detach().copyFrom(take(name, tensor.shape())));
            adapter.buffers().forEach((name, tensor) -> tensor.copyFrom(take(name, tensor.shape())));
        }
        requireAllTaken();
    }

    /** Refuses a file with tensors that no module took. */
    public void requireAllTaken() {
        if (!left.isEmpty()) {
            throw wrong("unexpected_tensor", "has tensors that fit no module of this base: " + shown(left));
        }
    }

    private static String shown(Collection<String> names) {
        String some = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return names.size() > SHOWN ? some + " and %d more".formatted(names.size() - SHOWN) : some;
    }

    /** A refusal that names the weights file. */
    public static Problem wrong(String code, String what) {
        return Problem.invalid("file", code, "'%s' %s.".formatted(AdapterFolder.WEIGHTS, what));
    }

    /** Writes tensors by name, floats as float32, into an existing folder. */
    public static void write(Path folder, Map<String, Tensor> tensors) {
        var contents = new LinkedHashMap<String, NamedTensor>();
        try (var scope = Scope.open()) {
            new TreeMap<>(tensors).forEach((name, tensor) -> contents.put(name, content(tensor.detach())));
            SafetensorsWriter.write(folder.resolve(AdapterFolder.WEIGHTS), contents, Map.of("format", "pt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Puts more tensors into a weights file that is there. */
    static void add(Path folder, Map<String, Tensor> tensors) {
        Path path = folder.resolve(AdapterFolder.WEIGHTS);
        var contents = new TreeMap<String, NamedTensor>();
        try (var file = SafetensorsFile.open(path, SafetensorsLimits.ADAPTER);
                var scope = Scope.open()) {
            for (TensorEntry entry : file.entries()) {
                contents.put(entry.name(), new NamedTensor(entry.type(), entry.shape(), file.data(entry)));
            }
            tensors.forEach((name, tensor) -> contents.put(name, content(tensor.detach())));
            SafetensorsWriter.write(path, contents, file.metadata());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static NamedTensor content(Tensor tensor) {
        MemorySegment data = MemorySegment.ofArray(new byte[Math.toIntExact(tensor.bytes())]);
        tensor.to(Device.cpu()).contiguous().copyTo(data);
        var shape = Arrays.stream(tensor.shape()).boxed().toList();
        return new NamedTensor(ElementType.valueOf(tensor.dtype().name()), shape, data);
    }

    @Override
    public void close() {
        file.close();
    }
}
