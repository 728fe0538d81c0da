package dev.tenon.model.catalogue;

import dev.tenon.artifact.Checkpoint;
import dev.tenon.artifact.ElementType;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.artifact.TensorEntry;
import dev.tenon.core.Problem;
import dev.tenon.model.ModelConfig;
import dev.tenon.model.ModelFamily;
import dev.tenon.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory in Hugging Face's layout that is to become a base model. */
final class ModelFolder {
    private static final Set<String> PICKLES =
            Set.of(".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy");
    private static final Pattern KEPT = Pattern.compile(
            "(?i).+\\.safetensors|.+\\.safetensors\\.index\\.json|[\\w.-]+\\.json|[\\w.-]+\\.jinja|[\\w.-]+\\.txt"
                    + "|[\\w.-]+\\.model|README\\.md|LICENSE[\\w.-]*|NOTICE[\\w.-]*");
    private static final Pattern LICENCE = Pattern.compile("(?m)^licen[sc]e:\\s*[\"']?([\\w.+-]{1,60})");
    private static final Set<ElementType> WEIGHT_TYPES = Set.of(ElementType.F16, ElementType.BF16, ElementType.F32);

    private final Path directory;
    private final ModelConfig config;

    private ModelFolder(Path directory, ModelConfig config) {
        this.directory = directory;
        this.config = config;
    }

    /**
     * Checks configuration, tokenizer and every tensor's presence, type and shape, without loading a weight.
     *
     * @throws Problem 400 naming what is missing or wrong
     */
    static ModelFolder check(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw Problem.invalid("directory", "not_a_directory", "'%s' is not a directory.".formatted(directory));
        }
        refusePickles(directory);
        ModelConfig config = ModelConfig.read(directory);
        checkTokenizer(directory, config);
        try (var checkpoint = Checkpoint.openDirectory(directory, SafetensorsLimits.BASE_MODEL)) {
            ModelFamily.named(config.family())
                    .tensors(config)
                    .forEach((name, shape) -> checkTensor(checkpoint.find(name), name, shape));
        }
        return new ModelFolder(directory, config);
    }

    private static void refusePickles(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> PICKLES.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith))
                    .sorted()
                    .findFirst()
                    .ifPresent(name -> {
                        throw Problem.invalid(
                                "file",
                                "pickle_refused",
                                ("'%s' is in a format that can run code when it is read. Leave it out and give the"
                                                + " weights as safetensors.")
                                        .formatted(name));
                    });
        }
    }

    private static void checkTokenizer(Path directory, ModelConfig config) {
        if (!Files.exists(directory.resolve("tokenizer.json"))) {
            throw Problem.invalid(
                    "file",
                    "missing_tokenizer",
                    "The model directory has no 'tokenizer.json'. Save it with the fast tokenizer's save_pretrained().");
        }
        try (var tokenizer = Tokenizer.load(directory)) {
            if (tokenizer.vocabularySize() > config.vocabulary()) {
                throw Problem.invalid(
                        "file",
                        "wrong_tokenizer",
                        "'tokenizer.json' has %d entries but config.json's vocab_size is %d; they are not of one model."
                                .formatted(tokenizer.vocabularySize(), config.vocabulary()));
            }
        } catch (Problem e) {
            throw e;
        } catch (RuntimeException e) {
            throw Problem.invalid("file", "invalid_tokenizer", "'tokenizer.json' cannot be read: " + e.getMessage());
        }
    }

    private static void checkTensor(@Nullable TensorEntry entry, String name, long[] shape) {
        if (entry == null) {
            throw Problem.invalid("file", "missing_tensor", "The weights have no tensor '%s'.".formatted(name));
        }
        if (!Arrays.equals(entry.dimensions(), shape)) {
            throw Problem.invalid(
                    "file",
                    "wrong_shape",
                    "The tensor '%s' has the shape %s; config.json asks for %s."
                            .formatted(name, entry.shape(), Arrays.toString(shape)));
        }
        if (!WEIGHT_TYPES.contains(entry.type())) {
            throw Problem.invalid(
                    "file",
                    "unsupported_type",
                    "The tensor '%s' is %s; base models are read as F16, BF16 or F32.".formatted(name, entry.type()));
        }
    }

    ModelConfig config() {
        return config;
    }

    /** {@code config.json} as it is. */
    String configText() throws IOException {
        return Files.readString(directory.resolve("config.json"));
    }

    /** The files that a model consists of, sorted by name; scripts and whatever else lies there stay behind. */
    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> KEPT.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }

    /** The licence in the head of the model card. */
    String licence() throws IOException {
        Path card = directory.resolve("README.md");
        if (!Files.exists(card)) {
            return "unknown";
        }
        var found = LICENCE.matcher(Files.readString(card));
        return found.find() ? found.group(1) : "unknown";
    }
}
