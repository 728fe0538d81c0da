package dev.tenon.model.catalogue;

import dev.tenon.core.OnRole;
import dev.tenon.core.Problem;
import dev.tenon.core.Role;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** {@code /api/v1/base-models}: what can be tuned, and the import of more. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/api/v1/base-models")
class BaseModelController {
    private final BaseModelApi models;
    private final CurrentTenant tenant;

    BaseModelController(BaseModelApi models, CurrentTenant tenant) {
        this.models = models;
        this.tenant = tenant;
    }

    @GetMapping
    Map<String, Object> list() {
        List<BaseModelBody> found = models.list(tenant.require().orgId()).stream()
                .map(this::body)
                .toList();
        return Map.of("object", "list", "data", found, "has_more", false);
    }

    @GetMapping("/{name}")
    BaseModelBody get(@PathVariable String name) {
        return body(models.require(tenant.require().orgId(), name));
    }

    private BaseModelBody body(BaseModelView model) {
        return BaseModelBody.of(model, models.lineage(model.name()));
    }

    /** The model's folder as a zip, as Hugging Face's libraries read it. */
    @GetMapping("/{name}/export")
    void export(@PathVariable String name, HttpServletResponse response) throws IOException {
        // everything that can fail with a clear answer fails before the first byte
        Path folder = models.materialise(models.require(tenant.require().orgId(), name).name());
        response.setContentType("application/zip");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment().filename(name + ".zip").build().toString());
        try (var zip = new ZipOutputStream(response.getOutputStream());
                var files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
    }

    /** Imports a zip of a model directory ({@code file}), or, for an administrator, a directory of the server. */
    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    BaseModelBody importModel(
            @RequestParam String name,
            @RequestParam(required = false) @Nullable MultipartFile file,
            @RequestParam(required = false) @Nullable String directory)
            throws IOException {
        var caller = tenant.require();
        if (directory != null) {
            if (!caller.isAdmin()) {
                throw Problem.forbidden("Only an administrator may import a directory of the server.");
            }
            return body(models.importDirectory(caller.orgId(), name, Path.of(directory)));
        }
        if (file == null) {
            throw Problem.invalid(
                    "file", "missing_file", "Send the model directory as a zip in the multipart field 'file'.");
        }
        try (InputStream in = file.getInputStream();
                var unpacked = ModelArchive.unpack(in)) {
            return body(models.importDirectory(caller.orgId(), name, unpacked.directory()));
        }
    }
}
