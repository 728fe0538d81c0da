package dev.tenon.openai.adapters;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.identity.Tenant;
import dev.tenon.openai.wire.Body;
import dev.tenon.registry.AdapterVersionView;
import dev.tenon.registry.RegistryApi;
import dev.tenon.serving.GenerationRequest;
import dev.tenon.serving.Sampling;
import dev.tenon.serving.ServingApi;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * vLLM's {@code /v1/load_lora_adapter} and {@code /v1/unload_lora_adapter}, for administrators: a folder of the server
 * becomes a version under the name and answers once before success is told. Unloading forgets what was loaded so; what
 * was trained here is not deleted by a call that elsewhere only frees memory.
 */
@RestController
@OnRole(Role.SERVE)
class LoraAdaptersController {
    private static final int BODY_LIMIT = 1 << 20;

    private static final String NAME = "lora_name";
    private static final String PATH = "lora_path";
    private static final String BASE = "base_model";
    /** What the fields of an import and of an answer, which loading is made of, are called here. */
    private static final Map<String, String> FIELDS =
            Map.of("name", NAME, "directory", PATH, "file", PATH, "model", PATH, BASE, BASE);

    private final RegistryApi registry;
    private final ServingApi serving;
    private final CurrentTenant tenant;

    LoraAdaptersController(RegistryApi registry, ServingApi serving, CurrentTenant tenant) {
        this.registry = registry;
        this.serving = serving;
        this.tenant = tenant;
    }

    @PostMapping("/v1/load_lora_adapter")
    ResponseEntity<String> load(HttpServletRequest request) throws IOException {
        var caller = administrator();
        var body = Body.read(request.getInputStream(), BODY_LIMIT);
        var name = required(body, NAME);
        var path = directory(required(body, PATH));
        var base = body.text(BASE, 1, 512);
        if (!body.flag("load_inplace") && !versions(caller, name).isEmpty()) {
            throw invalid(
                    NAME,
                    "The lora adapter '%s' has already been loaded. If you want to load the adapter in place, set"
                                    .formatted(name)
                            + " 'load_inplace' to true.");
        }
        try {
            load(caller, name, base, path);
        } catch (Problem problem) {
            throw inTheirWords(problem);
        }
        return text("Success: LoRA adapter '%s' added successfully.".formatted(name));
    }

    private void load(Tenant caller, String name, @Nullable String base, Path path) {
        var version = registry.importDirectory(caller, name, base, path);
        try {
            var probe = new GenerationRequest.Text("Hello");
            serving.generate(caller, new GenerationRequest(version.modelId(), probe, Sampling.greedy(1)), piece -> {});
        } catch (RuntimeException failure) {
            registry.delete(caller, version.modelId());
            throw failure;
        }
    }

    /** The same problem of a field that this body has; a setting of the adapter is one in the folder. */
    private static Problem inTheirWords(Problem problem) {
        var field = problem.param();
        var theirs = field == null ? null : FIELDS.getOrDefault(field, PATH);
        return new Problem(
                problem.status(),
                problem.type(),
                theirs,
                problem.code(),
                theirs != null && FIELDS.containsKey(field)
                        ? problem.message().replace("'" + field + "'", "'" + theirs + "'")
                        : problem.message(),
                problem.details());
    }

    @PostMapping("/v1/unload_lora_adapter")
    ResponseEntity<String> unload(HttpServletRequest request) throws IOException {
        var caller = administrator();
        var name = required(Body.read(request.getInputStream(), BODY_LIMIT), NAME);
        var versions = versions(caller, name);
        if (versions.isEmpty()) {
            throw new Problem(
                    404,
                    "NotFoundError",
                    NAME,
                    "adapter_not_found",
                    "The lora adapter '%s' cannot be found.".formatted(name),
                    Map.of());
        }
        if (!versions.stream()
                .allMatch(version -> Boolean.TRUE.equals(version.lineage().get("imported")))) {
            throw invalid(
                    NAME,
                    "'%s' was made here, and unloading would delete it. It leaves memory by itself; to delete it, use"
                                    .formatted(name)
                            + " DELETE /v1/models/%s.".formatted(name));
        }
        registry.delete(caller, name);
        return text("Success: LoRA adapter '%s' removed successfully.".formatted(name));
    }

    private Tenant administrator() {
        var caller = tenant.require();
        if (!caller.isAdmin()) {
            throw Problem.forbidden("Only an administrator may load or unload adapters by path.");
        }
        return caller;
    }

    private List<AdapterVersionView> versions(Tenant caller, String name) {
        try {
            return registry.versions(caller, name);
        } catch (Problem problem) {
            if (problem.status() == 404) {
                return List.of();
            }
            throw problem;
        }
    }

    private static String required(Body body, String name) {
        var text = body.text(name, 0, 4096);
        if (text == null || text.isEmpty()) {
            throw invalid(name, "'%s' must be provided.".formatted(name));
        }
        return text;
    }

    private static Path directory(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw invalid(PATH, "'lora_path' is not a path.");
        }
    }

    private static Problem invalid(String field, String message) {
        return new Problem(400, "InvalidUserInput", field, "invalid_value", message, Map.of());
    }

    private static ResponseEntity<String> text(String message) {
        return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body(message);
    }
}
