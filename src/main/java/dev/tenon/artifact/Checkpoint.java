package dev.tenon.artifact;

import dev.tenon.core.Problem;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The weights of a model directory as one set of tensors: a single safetensors file, or an index with its shards. */
public final class Checkpoint implements AutoCloseable {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final List<SafetensorsFile> files;
    private final Map<String, SafetensorsFile> places;

    private Checkpoint(List<SafetensorsFile> files, Map<String, SafetensorsFile> places) {
        this.files = files;
        this.places = places;
    }

    /**
     * Opens {@code model.safetensors}, or the shards that {@code model.safetensors.index.json} names.
     *
     * @throws Problem 400 naming the file that is missing, or the tensor that a shard lacks
     */
    public static Checkpoint openDirectory(Path directory, SafetensorsLimits limits) throws IOException {
        var opened = new ArrayList<SafetensorsFile>();
        try {
            Path index = directory.resolve(INDEX);
            if (Files.exists(index)) {
                return sharded(directory, weightMap(index), limits, opened);
            }
            Path single = directory.resolve(SINGLE);
            if (!Files.exists(single)) {
                throw Problem.invalid(
                        "file",
                        "missing_weights",
                        "The model directory has neither '%s' nor '%s'; pickle formats (.bin, .pt) are not read."
                                .formatted(SINGLE, INDEX));
            }
            var file = SafetensorsFile.open(single, limits);
            opened.add(file);
            var places = new LinkedHashMap<String, SafetensorsFile>();
            file.names().forEach(name -> places.put(name, file));
            return new Checkpoint(opened, places);
        } catch (IOException | RuntimeException e) {
            opened.forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private static Checkpoint sharded(
            Path directory, Map<String, String> weightMap, SafetensorsLimits limits, List<SafetensorsFile> opened)
            throws IOException {
        var byName = new LinkedHashMap<String, SafetensorsFile>();
        for (String shard : new TreeSet<>(weightMap.values())) {
            if (!Path.of(shard).equals(Path.of(shard).getFileName())) {
                throw Problem.invalid(
                        "file",
                        "invalid_index",
                        "'%s' names '%s', which is not a plain file name.".formatted(INDEX, shard));
            }
            Path file = directory.resolve(shard);
            if (!Files.exists(file)) {
                throw Problem.invalid(
                        "file",
                        "missing_shard",
                        "The shard '%s' named in '%s' is missing. Upload it with the others.".formatted(shard, INDEX));
            }
            var open = SafetensorsFile.open(file, limits);
            opened.add(open);
            byName.put(shard, open);
        }
        var places = new LinkedHashMap<String, SafetensorsFile>();
        weightMap.forEach((name, shard) -> {
            var file = Objects.requireNonNull(byName.get(shard));
            if (file.find(name) == null) {
                throw Problem.invalid(
                        "file",
                        "invalid_index",
                        "'%s' says that '%s' is in '%s', but it is not.".formatted(INDEX, name, shard));
            }
            places.put(name, file);
        });
        return new Checkpoint(opened, places);
    }

    private static Map<String, String> weightMap(Path index) throws IOException {
        try {
            JsonNode map = new JsonMapper().readTree(Files.readAllBytes(index)).path("weight_map");
            var names = new LinkedHashMap<String, String>();
            map.properties()
                    .forEach(entry -> names.put(entry.getKey(), entry.getValue().asString()));
            if (names.isEmpty()) {
                throw Problem.invalid("file", "invalid_index", "'%s' has no weight_map.".formatted(INDEX));
            }
            return names;
        } catch (JacksonException e) {
            throw Problem.invalid(
                    "file", "invalid_index", "'%s' is not valid JSON: %s.".formatted(INDEX, e.getOriginalMessage()));
        }
    }

    public Set<String> names() {
        return Collections.unmodifiableSet(places.keySet());
    }

    public @Nullable TensorEntry find(String name) {
        var file = places.get(name);
        return file == null ? null : file.find(name);
    }

    /** The bytes of one tensor, little endian, valid until this checkpoint is closed. */
    public MemorySegment data(TensorEntry entry) {
        return Objects.requireNonNull(places.get(entry.name())).data(entry);
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
