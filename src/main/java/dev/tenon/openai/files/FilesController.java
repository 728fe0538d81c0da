package dev.tenon.openai.files;

import dev.tenon.core.Cursor;
import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.dataset.FileView;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.openai.wire.ListJson;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** Uploads, lists, gives back and deletes files. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/v1/files")
class FilesController {
    private static final int LONGEST_PAGE = 10_000;
    private final DatasetApi files;
    private final CurrentTenant tenant;

    FilesController(DatasetApi files, CurrentTenant tenant) {
        this.files = files;
        this.tenant = tenant;
    }

    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    ResponseEntity<FileJson> create(
            @RequestParam("file") MultipartFile file,
            @RequestParam("purpose") String purpose,
            @RequestParam(name = "expires_after[anchor]", required = false) @Nullable String anchor,
            @RequestParam(name = "expires_after[seconds]", required = false) @Nullable String seconds)
            throws IOException {
        var caller = tenant.require();
        var expiry = ExpiresAfter.of(anchor, seconds);
        var name = Objects.requireNonNullElse(file.getOriginalFilename(), "");
        try (var content = file.getInputStream()) {
            return json(FileJson.of(files.upload(caller, name, purpose, content, expiry)));
        }
    }

    @GetMapping
    ResponseEntity<ListJson<FileJson>> list(
            @RequestParam(required = false) @Nullable String purpose,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String order,
            @RequestParam(required = false) @Nullable String after) {
        var cursor = Cursor.of(after, limit, order, LONGEST_PAGE, LONGEST_PAGE);
        return json(ListJson.of(files.list(tenant.require(), purpose, cursor), FileJson::of, FileView::id));
    }

    @GetMapping("/{id}")
    ResponseEntity<FileJson> get(@PathVariable String id) {
        return json(FileJson.of(files.get(tenant.require(), id)));
    }

    @DeleteMapping("/{id}")
    ResponseEntity<Map<String, Object>> delete(@PathVariable String id) {
        files.delete(tenant.require(), id);
        return json(Map.of("id", id, "object", "file", "deleted", true));
    }

    /** Always a download of plain bytes: what was uploaded is never shown as a page of ours. */
    @GetMapping("/{id}/content")
    void content(@PathVariable String id, HttpServletResponse response) throws IOException {
        var caller = tenant.require();
        var file = files.get(caller, id);
        try (var in = files.content(caller, id)) {
            response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
            response.setContentLengthLong(file.bytes());
            response.setHeader(
                    HttpHeaders.CONTENT_DISPOSITION,
                    ContentDisposition.attachment()
                            .filename(file.filename(), java.nio.charset.StandardCharsets.UTF_8)
                            .build()
                            .toString());
            in.transferTo(response.getOutputStream());
        }
    }

    private static <T> ResponseEntity<T> json(T body) {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(body);
    }
}
