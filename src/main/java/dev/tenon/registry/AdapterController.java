package dev.tenon.registry;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** {@code /api/v1/adapters}: the list, versions, export and import. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/api/v1/adapters")
class AdapterController {
    private final RegistryApi registry;
    private final CurrentTenant tenant;

    AdapterController(RegistryApi registry, CurrentTenant tenant) {
        this.registry = registry;
        this.tenant = tenant;
    }

    @GetMapping
    Map<String, Object> list(
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String order) {
        var page = registry.adapters(tenant.require(), Cursor.of(after, limit, order, 20, 100));
        return listOf(page.items().stream().map(AdapterBody::of).toList(), page.hasMore());
    }

    @GetMapping("/{name}")
    AdapterBody get(@PathVariable String name) {
        return AdapterBody.of(registry.adapter(tenant.require(), name));
    }

    @DeleteMapping("/{name}")
    Map<String, Object> delete(@PathVariable String name) {
        registry.delete(tenant.require(), name);
        return Map.of("id", name, "object", "adapter", "deleted", true);
    }

    @GetMapping("/{name}/versions")
    Map<String, Object> versions(@PathVariable String name) {
        return listOf(
                registry.versions(tenant.require(), name).stream()
                        .map(VersionBody::of)
                        .toList(),
                false);
    }

    /** {@code name} may be {@code name}, {@code name@3} or {@code name@alias}. */
    @GetMapping("/{name}/export")
    void export(@PathVariable String name, HttpServletResponse response) throws IOException {
        // everything that can fail with a clear answer fails before the first byte
        var version = registry.resolve(tenant.require(), name).version();
        if (version != null) {
            registry.materialise(version.id());
            response.setHeader(
                    HttpHeaders.CONTENT_DISPOSITION,
                    ContentDisposition.attachment()
                            .filename("%s-%d.zip".formatted(version.adapterName(), version.version()))
                            .build()
                            .toString());
        }
        response.setContentType("application/zip");
        registry.export(tenant.require(), name, response.getOutputStream());
    }

    @PostMapping("/import")
    VersionBody importPeft(
            @RequestParam String name,
            @RequestParam(name = "base_model", required = false) @Nullable String baseModel,
            @RequestParam MultipartFile file)
            throws IOException {
        try (var zip = file.getInputStream()) {
            return VersionBody.of(registry.importPeft(tenant.require(), name, baseModel, zip));
        }
    }

    static Map<String, Object> listOf(List<?> data, boolean hasMore) {
        var body = new LinkedHashMap<String, Object>();
        body.put("object", "list");
        body.put("data", data);
        body.put("has_more", hasMore);
        return body;
    }
}
