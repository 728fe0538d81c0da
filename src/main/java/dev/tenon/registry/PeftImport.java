package dev.tenon.registry;

import dev.tenon.artifact.SafetensorsFile;
import dev.tenon.artifact.SafetensorsLimits;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import dev.tenon.method.AdapterFolder;
import dev.tenon.method.Methods;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;
import tools.jackson.core.JacksonException;

/** Makes a version out of a zip with an adapter's folder: PEFT's, or our own where PEFT has no files for the method. */
@Component
class PeftImport {
    private static final long MAX_CONFIG = 1 << 20;
    /** Where a folder says which method it is of, the most telling first. */
    private static final List<String> METHOD_KEYS = List.of("tenon_method", Methods.METHOD, "peft_type");

    private final BaseModelApi bases;
    private final FolderVersions versions;
    private final RegistryJson json;

    PeftImport(BaseModelApi bases, FolderVersions versions, RegistryJson json) {
        this.bases = bases;
        this.versions = versions;
        this.json = json;
    }

    AdapterVersionView read(Tenant tenant, String name, @Nullable String baseModel, InputStream zip) {
        FolderVersions.requireName(name);
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
        var base = base(tenant, baseModel, config);
        var named = METHOD_KEYS.stream()
                .map(config::get)
                .filter(String.class::isInstance)
                .map(String::valueOf)
                .findFirst()
                .orElseThrow();
        var method = Methods.scan().readerOf(named).orElse(named.toLowerCase(Locale.ROOT));
        // refused here where our own settings say what no method has
        AdapterFolder.own(config);
        var lineage = Map.<String, Object>of("imported", true, "base_digest", base.digest());
        return versions.add(tenant, new FolderVersion(name, base, "import", method, config, folder, lineage, Map.of()));
    }

    private BaseModelView base(Tenant tenant, @Nullable String asked, Map<String, Object> config) {
        var written = config.get("base_model_name_or_path");
        if (asked == null && !(written instanceof String)) {
            throw Problem.invalid(
                    "base_model",
                    "missing_required_parameter",
                    "'adapter_config.json' names no base: pass 'base_model' with the name of one that is registered here.");
        }
        var name = asked != null ? asked : String.valueOf(written);
        try {
            return bases.require(tenant.orgId(), name);
        } catch (Problem unknown) {
            if (unknown.status() != 404) {
                throw unknown;
            }
            throw Problem.notFound(
                    "base_model",
                    "model_not_found",
                    asked != null
                            ? "There is no base model '%s' here; GET /api/v1/base-models lists them.".formatted(name)
                            : ("'adapter_config.json' names the base '%s', which is not registered here under this name:"
                                            + " pass 'base_model' with the name that it has here.")
                                    .formatted(name.length() > 200 ? name.substring(0, 200) + "…" : name));
        }
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
        if (METHOD_KEYS.stream().noneMatch(key -> config.get(key) instanceof String)) {
            throw Problem.invalid(
                    "file",
                    "invalid_adapter_config",
                    "'adapter_config.json' names no 'peft_type', nor a 'method' as this server writes it.");
        }
        return config;
    }
}
