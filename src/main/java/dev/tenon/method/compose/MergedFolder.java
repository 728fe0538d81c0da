package dev.tenon.method.compose;

import dev.tenon.artifact.Checkpoint;
import dev.tenon.artifact.ElementType;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.artifact.SafetensorsWriter;
import dev.tenon.artifact.SafetensorsWriter.NamedTensor;
import dev.tenon.artifact.TensorEntry;
import dev.tenon.core.Problem;
import dev.tenon.method.Mergeable;
import dev.tenon.model.Network;
import dev.tenon.tensor.DType;
import dev.tenon.tensor.Device;
import dev.tenon.tensor.Scope;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a model folder in which an adapter has become part of the weights; all other files stay as they are.
 *
 * @param base the folder of the model
 * @param wide whether every tensor is written as float32 instead of its own type
 */
record MergedFolder(Path base, Network model, boolean wide) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String CONFIG = "config.json";
    private static final String HEAD = "lm_head.weight";
    private static final String EMBEDDING = "embed_tokens.weight";

    void write(Mergeable adapter, Path target) {
        try (var checkpoint = Checkpoint.openDirectory(base, SafetensorsLimits.BASE_MODEL);
                var arena = Arena.ofConfined()) {
            Set<String> folded = adapter.foldedNames();
            boolean untied = unties(folded);
            var names = new TreeSet<>(checkpoint.names());
            if (untied) {
                names.add(HEAD);
            }
            requirePlaces(folded, names);
            var tensors = new LinkedHashMap<String, NamedTensor>();
            for (String name : names) {
                tensors.put(name, content(adapter, folded, checkpoint, name, arena));
            }
            SafetensorsWriter.write(target.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
            copyOthers(target, untied);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A head that shares the embedding's table cannot when only one of them changes. */
    private boolean unties(Set<String> folded) {
        return model.config().tiedHead()
                && folded.stream().anyMatch(name -> name.equals(HEAD) || name.endsWith(EMBEDDING));
    }

    private static void requirePlaces(Set<String> folded, Set<String> names) {
        var missing = new TreeSet<>(folded);
        missing.removeAll(names);
        if (!missing.isEmpty()) {
            throw Problem.invalid(
                    "name",
                    "not_mergeable",
                    "The adapter adds '%s', for which this architecture has no place.".formatted(missing.first()));
        }
    }

    private NamedTensor content(
            Mergeable adapter, Set<String> folded, Checkpoint checkpoint, String name, Arena arena) {
        TensorEntry entry = checkpoint.find(name);
        if (entry == null) {
            // the head that was the embedding until now
            entry = checkpoint.names().stream()
                    .filter(other -> other.endsWith(EMBEDDING))
                    .map(checkpoint::find)
                    .findFirst()
                    .orElseThrow();
        }
        boolean changed = folded.contains(name);
        if (!changed && (!wide || entry.type() == ElementType.F32)) {
            return new NamedTensor(entry.type(), entry.shape(), checkpoint.data(entry));
        }
        DType stored = DType.valueOf(entry.type().name());
        DType type = wide ? DType.F32 : stored;
        try (var scope = Scope.open()) {
            Tensor value = changed
                    ? adapter.folded(name)
                    : Tensors.load(checkpoint.data(entry), stored, entry.dimensions(), Device.cpu());
            Tensor plain = value.to(Device.cpu()).to(type).contiguous();
            MemorySegment data = arena.allocate(plain.bytes(), 16);
            plain.copyTo(data);
            var shape = Arrays.stream(plain.shape()).boxed().toList();
            return new NamedTensor(ElementType.valueOf(type.name()), shape, data);
        }
    }

    private void copyOthers(Path target, boolean untied) throws IOException {
        try (var files = Files.list(base)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".safetensors") && !name.endsWith(".safetensors.index.json")) {
                    Files.copy(file, target.resolve(name));
                }
            }
        }
        if (untied || wide) {
            var config = JSON.readValue(
                    Files.readAllBytes(base.resolve(CONFIG)), new TypeReference<LinkedHashMap<String, Object>>() {});
            if (untied) {
                config.put("tie_word_embeddings", false);
            }
            if (wide) {
                config.put(config.containsKey("torch_dtype") ? "torch_dtype" : "dtype", "float32");
            }
            Files.write(target.resolve(CONFIG), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config));
        }
    }
}
