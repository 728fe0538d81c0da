package dev.tenon.openai.uploads;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.identity.CurrentTenant;
import dev.tenon.identity.Tenant;
import dev.tenon.openai.files.ExpiresAfter;
import dev.tenon.openai.wire.Body;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestPart;
import org.springframework.web.bind.annotation.RestController;

/** Creates uploads, takes their parts, and completes or cancels them. */
@RestController
@OnRole(Role.WEB)
@RequestMapping("/v1/uploads")
class UploadsController {
    private static final int BODY_LIMIT = 1 << 20;
    private final Uploads uploads;
    private final CurrentTenant tenant;

    UploadsController(Uploads uploads, CurrentTenant tenant) {
        this.uploads = uploads;
        this.tenant = tenant;
    }

    @PostMapping
    ResponseEntity<UploadJson> create(HttpServletRequest request) throws IOException {
        var caller = tenant.require();
        var body = Body.read(request.getInputStream(), BODY_LIMIT);
        var filename = body.requiredText("filename", 255);
        var purpose = body.requiredText("purpose", 64);
        var mimeType = body.requiredText("mime_type", 255);
        var bytes = body.integer("bytes", 1, DatasetApi.MAX_BYTES);
        if (bytes == null) {
            throw body.missing("bytes");
        }
        return answer(caller, uploads.create(caller, filename, purpose, mimeType, bytes, keptFor(body)));
    }

    private static @Nullable Duration keptFor(Body body) {
        var after = body.object("expires_after");
        if (after == null) {
            return null;
        }
        var seconds = after.integer("seconds", 0, Integer.MAX_VALUE);
        return ExpiresAfter.of(after.text("anchor", 1, 64), seconds == null ? null : seconds.toString());
    }

    /** As a servlet part: some clients send the bytes with a file name and some without. */
    @PostMapping(path = "/{id}/parts", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    ResponseEntity<UploadJson.Part> add(@PathVariable String id, @RequestPart("data") Part data) throws IOException {
        var caller = tenant.require();
        try (var content = data.getInputStream()) {
            return json(UploadJson.Part.of(uploads.add(caller, id, data.getSize(), content)));
        }
    }

    @PostMapping("/{id}/complete")
    ResponseEntity<UploadJson> complete(@PathVariable String id, HttpServletRequest request) throws IOException {
        var caller = tenant.require();
        var body = Body.read(request.getInputStream(), BODY_LIMIT);
        return answer(caller, uploads.complete(caller, id, partIds(body), body.text("md5", 32, 32)));
    }

    private static List<String> partIds(Body body) {
        var nodes = body.array("part_ids", Uploads.MAX_PARTS);
        if (nodes == null) {
            throw body.missing("part_ids");
        }
        var ids = new ArrayList<String>(nodes.size());
        for (var node : nodes) {
            if (!node.isString()) {
                throw body.wrongType("part_ids[" + ids.size() + "]", "a string", node);
            }
            ids.add(node.asString());
        }
        return ids;
    }

    @PostMapping("/{id}/cancel")
    ResponseEntity<UploadJson> cancel(@PathVariable String id) {
        var caller = tenant.require();
        return answer(caller, uploads.cancel(caller, id));
    }

    private ResponseEntity<UploadJson> answer(Tenant caller, Upload upload) {
        return json(UploadJson.of(upload, uploads.file(caller, upload)));
    }

    private static <T> ResponseEntity<T> json(T body) {
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(body);
    }
}
