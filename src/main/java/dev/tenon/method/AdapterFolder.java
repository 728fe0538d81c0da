package dev.tenon.method;

import dev.tenon.core.Problem;
import dev.tenon.model.EncoderModel;
import dev.tenon.model.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes adapters as folders: in PEFT's files where the method has them, otherwise in our own. */
public final class AdapterFolder {
    /** Name of the settings file. */
    public static final String SETTINGS = "adapter_config.json";

    /** Name of the weights file. */
    public static final String WEIGHTS = "adapter_model.safetensors";

    /** Name of the file with the labels of a head, where there is one. */
    public static final String HEAD = HeadFile.NAME;

    private static final JsonMapper JSON = new JsonMapper();
    private static final long LONGEST = 1 << 20;

    private AdapterFolder() {}

    /**
     * Reads a folder for a model; a head that lies in it too is read by {@link Tuned#load}.
     *
     * @throws Problem 400 naming what is missing, wrong, or would not be honoured
     */
    public static Adapter load(Network model, Path folder) {
        Map<String, Object> settings = settings(folder);
        if (HeadFile.read(folder) != null) {
            requireEncoder(model, settings);
            settings = HeadFile.withoutHead(settings);
        }
        if (OwnFormat.reads(settings)) {
            return OwnFormat.load(model, folder, settings);
        }
        String type = String.valueOf(settings.get("peft_type"));
        for (PeftFormat format : Methods.scan().peftFormats()) {
            if (format.peftType().equals(type)) {
                return format.load(model, folder, settings);
            }
        }
        throw Problem.invalid(
                "file",
                "unsupported_adapter",
                "'%s' has the peft_type '%s', which is not supported.".formatted(SETTINGS, type));
    }

    /**
     * The method's settings among those that were stored with an adapter; nothing where they are in PEFT's words, which
     * are read together with the tensors.
     */
    public static Optional<Record> own(Map<String, Object> stored) {
        Map<String, Object> settings = HeadFile.withoutHead(stored);
        return OwnFormat.reads(settings) ? Optional.of(OwnFormat.config(settings)) : Optional.empty();
    }

    /** Whether a head lies in a folder beside the adapter. */
    public static boolean hasHead(Path folder) {
        return HeadFile.read(folder) != null;
    }

    /** The same of a stored folder, by the names of its files and its settings. */
    public static boolean hasHead(Collection<String> files, Map<String, Object> settings) {
        return files.contains(HEAD) || HeadFile.names(settings);
    }

    /** Which tensors of a folder's weights belong to a head and not to the method. */
    public static Predicate<String> ofHead(Path folder) {
        var head = HeadFile.read(folder);
        return head == null ? name -> false : head::owns;
    }

    /** Writes an adapter into an existing folder. */
    public static void save(Adapter adapter, Path folder, String baseName) {
        if (Methods.scan().of(adapter.config()) instanceof PeftFormat format && format.expresses(adapter)) {
            format.save(adapter, folder, baseName);
        } else if (adapter instanceof LowRankAdapter<?> lowRank) {
            PlainLora.save(lowRank, folder, baseName);
        } else {
            OwnFormat.save(adapter, folder, baseName);
        }
    }

    private static void requireEncoder(Network model, Map<String, Object> settings) {
        if (!(model instanceof EncoderModel)) {
            throw Problem.invalid(
                    "file",
                    "unsupported_adapter_config",
                    "'%s' has task_type = %s, whose head needs an encoder; the base is a '%s', which writes text."
                            .formatted(
                                    SETTINGS,
                                    settings.get("task_type"),
                                    model.config().family()));
        }
    }

    /** Writes the settings of a folder, whole or not at all. */
    public static void writeSettings(Path folder, Map<String, Object> settings) {
        Path partial = folder.resolve(SETTINGS + ".partial");
        try {
            Files.write(partial, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(settings));
            Files.move(partial, folder.resolve(SETTINGS), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The settings of a folder. */
    static Map<String, Object> settings(Path folder) {
        Path file = folder.resolve(SETTINGS);
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
                throw Problem.invalid(
                        "file",
                        "invalid_adapter_config",
                        "The adapter needs an '%s' of at most 1 MiB.".formatted(SETTINGS));
            }
            return JSON.readValue(Files.readAllBytes(file), new TypeReference<Map<String, Object>>() {});
        } catch (JacksonException e) {
            throw Problem.invalid(
                    "file",
                    "invalid_adapter_config",
                    "'%s' is not a JSON object: %s".formatted(SETTINGS, e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
