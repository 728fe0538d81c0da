package dev.tenon.registry;

import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.core.Ids;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.model.BaseModelApi;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.util.FileSystemUtils;
import tools.jackson.core.JacksonException;

/** Makes a version out of a PEFT folder in a zip. */
@Component
class PeftImport {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final long MAX_CONFIG = 1 << 20;

    private final BaseModelApi bases;
    private final AdapterFolders folders;
    private final AdapterRows adapters;
    private final AdapterVersions versions;
    private final RegistryJson json;
    private final TransactionOperations transaction;

    PeftImport(
            BaseModelApi bases,
            AdapterFolders folders,
            AdapterRows adapters,
            AdapterVersions versions,
            RegistryJson json,
            TransactionOperations transaction) {
        this.bases = bases;
        this.folders = folders;
        this.adapters = adapters;
        this.versions = versions;
        this.json = json;
        this.transaction = transaction;
    }

    AdapterVersionView read(Tenant tenant, String name, @Nullable String baseModel, InputStream zip) {
        if (!NAME.matcher(name).matches()) {
            throw Problem.invalid(
                    "name",
                    "invalid_name",
                    "'name' must be 1 to 64 letters, digits, '.', '_' or '-' and begin with a letter or digit.");
        }
        try {
            var folder = Files.createTempDirectory("tenon-import-");
            try {
                PeftArchive.unpack(zip, folder);
                return store(tenant, name, baseModel, folder);
            } finally {
                FileSystemUtils.deleteRecursively(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read the uploaded archive", e);
        }
    }

    private AdapterVersionView store(Tenant tenant, String name, @Nullable String baseModel, Path folder)
            throws IOException {
        var config = config(folder.resolve("adapter_config.json"));
        try (var weights =
                SafetensorsFile.open(folder.resolve("adapter_model.safetensors"), SafetensorsLimits.ADAPTER)) {
            if (weights.entries().isEmpty()) {
                throw Problem.invalid("file", "invalid_safetensors", "'adapter_model.safetensors' holds no tensors.");
            }
        }
        var base = bases.require(baseModel != null ? baseModel : String.valueOf(config.get("base_model_name_or_path")));
        if (base.name().equals(name)) {
            throw Problem.invalid("name", "invalid_name", "An adapter may not have the name of its base model.");
        }
        var method = String.valueOf(config.getOrDefault("tenon_method", config.get("peft_type")))
                .toLowerCase(Locale.ROOT);
        var stored = folders.store(folder, AdapterCache.ADAPTER_FILES::contains);
        var mark = Ids.letters(8).toLowerCase(Locale.ROOT);
        return Objects.requireNonNull(transaction.execute(status -> versions.byId(adapters.add(new NewVersion(
                        tenant.orgId(),
                        name,
                        "ft:%s:import:%s:%s".formatted(base.name(), name, mark),
                        base.name(),
                        base.digest(),
                        method,
                        config,
                        stored.digest(),
                        stored.bytes(),
                        null,
                        Map.of("imported", true, "base_digest", base.digest()),
                        Map.of(),
                        tenant.userId())))
                .orElseThrow()));
    }

    private Map<String, Object> config(Path file) throws IOException {
        if (Files.size(file) > MAX_CONFIG) {
            throw Problem.invalid("file", "invalid_adapter_config", "'adapter_config.json' is larger than 1 MiB.");
        }
        Map<String, Object> config;
        try {
            config = json.object(Files.readAllBytes(file));
        } catch (JacksonException e) {
            throw Problem.invalid(
                    "file",
                    "invalid_adapter_config",
                    "'adapter_config.json' is not a JSON object: " + e.getOriginalMessage());
        }
        if (!(config.get("peft_type") instanceof String) && !(config.get("tenon_method") instanceof String)) {
            throw Problem.invalid("file", "invalid_adapter_config", "'adapter_config.json' names no 'peft_type'.");
        }
        return config;
    }
}
