package dev.tenon.method.compose;

import dev.tenon.artifact.Checkpoint;
import dev.tenon.artifact.ElementType;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.artifact.SafetensorsWriter;
import dev.tenon.artifact.SafetensorsWriter.NamedTensor;
import dev.tenon.artifact.TensorEntry;
import dev.tenon.core.Problem;
import dev.tenon.method.Mergeable;
import dev.tenon.method.TrainedHead;
import dev.tenon.model.DecoderConfig;
import dev.tenon.model.EmbeddingSite;
import dev.tenon.model.EncoderConfig;
import dev.tenon.model.Head;
import dev.tenon.model.HeadForm.Task;
import dev.tenon.model.LinearSite;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.ModelFamily;
import dev.tenon.model.Network;
import dev.tenon.model.Site;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
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

    /**
     * Writes it.
     *
     * @param trained a head that becomes the model's own, in place of what the checkpoint has on top; or null
     */
    void write(Mergeable adapter, @Nullable TrainedHead trained, Path target) {
        try (var checkpoint = Checkpoint.openDirectory(base, SafetensorsLimits.BASE_MODEL);
                var arena = Arena.ofConfined()) {
            Set<String> folded = adapter.foldedNames();
            boolean untied = trained == null && unties(folded);
            copyOthers(target, untied, trained == null ? null : trained.head());
            var names = trained == null ? kept(checkpoint, untied) : own(target);
            var tensors = new LinkedHashMap<String, NamedTensor>();
            for (String name : names) {
                Tensor own = trained == null ? null : trained.parameters().get(name);
                tensors.put(
                        trained == null ? fileName(name) : name,
                        own == null
                                ? content(adapter, folded, checkpoint, name, arena)
                                : written(own, wide ? DType.F32 : type(checkpoint), arena));
            }
            requirePlaces(folded, names);
            SafetensorsWriter.write(target.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<String> kept(Checkpoint checkpoint, boolean untied) {
        var names = new TreeSet<String>();
        checkpoint.names().forEach(name -> names.add(name.startsWith(prefix()) ? name : prefix() + name));
        if (untied) {
            names.add(HEAD);
        }
        return names;
    }

    /** The tensors that a model with the configuration in a folder has. */
    private static Set<String> own(Path folder) {
        var config = ModelConfig.read(folder);
        return new TreeSet<>(ModelFamily.named(config.family()).tensors(config).keySet());
    }

    /** What stands before the names of a bare encoder's tensors everywhere but in its own file. */
    private String prefix() {
        if (!(model.config() instanceof EncoderConfig encoder) || encoder.prefixed()) {
            return "";
        }
        String first = model.sites().keySet().iterator().next();
        return first.substring(0, first.indexOf('.') + 1);
    }

    private String fileName(String name) {
        return name.substring(prefix().length());
    }

    private static DType type(Checkpoint checkpoint) {
        String first = checkpoint.names().iterator().next();
        return DType.valueOf(
                Objects.requireNonNull(checkpoint.find(first)).type().name());
    }

    /** A head that shares the embedding's table cannot when only one of them changes. */
    private boolean unties(Set<String> folded) {
        boolean changed = folded.stream().anyMatch(this::isTied);
        if (changed && !(model.config() instanceof DecoderConfig)) {
            throw Problem.invalid(
                    "name",
                    "not_mergeable",
                    "The adapter changes the embedding or the head of an encoder in which both are one table.");
        }
        return changed;
    }

    private boolean isTied(String name) {
        Site site = model.sites().get(name.substring(0, name.lastIndexOf('.')));
        boolean head = site instanceof LinearSite linear && linear.layer() < 0 && name.endsWith(".weight");
        return model.config().tiedHead() && (head || site instanceof EmbeddingSite);
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
            entry = checkpoint.find(fileName(name));
        }
        if (entry == null) {
            // the head that was the embedding until now
            entry = checkpoint.names().stream()
                    .filter(other -> other.endsWith(EMBEDDING))
                    .map(checkpoint::find)
                    .findFirst()
                    .orElseThrow();
        }
        boolean changed = folded.contains(name);
        LinearSite coded = changed ? null : coded(name);
        if (!changed && coded == null && (!wide || entry.type() == ElementType.F32)) {
            return new NamedTensor(entry.type(), entry.shape(), checkpoint.data(entry));
        }
        DType stored = DType.valueOf(entry.type().name());
        DType type = wide ? DType.F32 : stored;
        try (var scope = Scope.open()) {
            Tensor value = coded != null
                    ? coded.weight()
                    : changed
                            ? adapter.folded(name)
                            : Tensors.load(checkpoint.data(entry), stored, entry.dimensions(), Device.cpu());
            return written(value, type, arena);
        }
    }

    private static NamedTensor written(Tensor value, DType type, Arena arena) {
        try (var scope = Scope.open()) {
            Tensor plain = value.detach().to(Device.cpu()).to(type).contiguous();
            MemorySegment data = arena.allocate(plain.bytes(), 16);
            plain.copyTo(data);
            var shape = Arrays.stream(plain.shape()).boxed().toList();
            return new NamedTensor(ElementType.valueOf(type.name()), shape, data);
        }
    }

    /** The layer whose matrix this is where the model keeps it in fewer bits: what they come to belongs into the file. */
    private @Nullable LinearSite coded(String name) {
        Site site = model.sites().get(name.substring(0, Math.max(0, name.lastIndexOf('.'))));
        boolean coded = name.endsWith(".weight")
                && site instanceof LinearSite linear
                && linear.matrix().form() != null;
        return coded ? (LinearSite) site : null;
    }

    private void copyOthers(Path target, boolean untied, @Nullable Head head) throws IOException {
        try (var files = Files.list(base)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (!name.endsWith(".safetensors") && !name.endsWith(".safetensors.index.json")) {
                    Files.copy(file, target.resolve(name));
                }
            }
        }
        if (untied || wide || head != null) {
            var config = JSON.readValue(
                    Files.readAllBytes(base.resolve(CONFIG)), new TypeReference<LinkedHashMap<String, Object>>() {});
            if (untied) {
                config.put("tie_word_embeddings", false);
            }
            if (wide) {
                config.put(config.containsKey("torch_dtype") ? "torch_dtype" : "dtype", "float32");
            }
            if (head != null) {
                name(head, config);
            }
            Files.write(
                    target.resolve(CONFIG),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(config));
        }
    }

    /** Writes a head into a configuration as transformers does. */
    private static void name(Head head, Map<String, Object> config) {
        String before = config.get("architectures") instanceof List<?> classes && !classes.isEmpty()
                ? String.valueOf(classes.getFirst())
                : "";
        String task = head.form().task() == Task.TAGGING ? "ForTokenClassification" : "ForSequenceClassification";
        config.put("architectures", List.of(before.replaceAll("(For[A-Z].*|Model)$", "") + task));
        var names = new LinkedHashMap<String, Object>();
        var numbers = new LinkedHashMap<String, Object>();
        for (int i = 0; i < head.labels().size(); i++) {
            names.put(String.valueOf(i), head.labels().get(i));
            numbers.put(head.labels().get(i), i);
        }
        config.put("id2label", names);
        config.put("label2id", numbers);
    }
}
