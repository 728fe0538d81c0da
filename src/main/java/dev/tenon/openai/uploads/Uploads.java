package dev.tenon.openai.uploads;

import dev.tenon.core.Ids;
import dev.tenon.core.Problem;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.dataset.FileView;
import dev.tenon.identity.Tenant;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Takes a file in parts and makes it a stored file in the end, validated like one that came in one piece. */
@Component
class Uploads {
    static final long MAX_PART_BYTES = 64L << 20;
    static final int MAX_PARTS = 1_000;
    private static final Duration PATIENCE = Duration.ofHours(1);
    private static final Set<String> PURPOSES = Set.of("assistants", "batch", "fine-tune", "vision");

    private final UploadRows rows;
    private final PartContent contents;
    private final DatasetApi files;
    private final TransactionOperations transaction;

    Uploads(UploadRows rows, PartContent contents, DatasetApi files, TransactionOperations transaction) {
        this.rows = rows;
        this.contents = contents;
        this.files = files;
        this.transaction = transaction;
    }

    Upload create(
            Tenant tenant, String filename, String purpose, String mimeType, long bytes, @Nullable Duration keptFor) {
        if (!PURPOSES.contains(purpose)) {
            throw Problem.invalid(
                    "purpose",
                    "invalid_purpose",
                    "'purpose' must be one of %s, not '%s'."
                            .formatted(
                                    String.join(", ", PURPOSES.stream().sorted().toList()), purpose));
        }
        rows.sweep();
        var now = Instant.now();
        var id = Ids.next("upload_");
        rows.insert(
                new Upload(
                        id,
                        tenant.orgId(),
                        filename,
                        purpose,
                        bytes,
                        keptFor,
                        Upload.Status.PENDING,
                        null,
                        now,
                        now.plus(PATIENCE)),
                mimeType);
        return get(tenant, id);
    }

    Upload get(Tenant tenant, String id) {
        return rows.find(tenant.orgId(), id).orElseThrow(() -> missing(id));
    }

    /** The file that a completed upload has become, unless that is deleted by now. */
    @Nullable
    FileView file(Tenant tenant, Upload upload) {
        try {
            return upload.fileId() == null ? null : files.get(tenant, upload.fileId());
        } catch (Problem gone) {
            return null;
        }
    }

    UploadPart add(Tenant tenant, String id, long bytes, InputStream content) {
        if (bytes <= 0 || bytes > MAX_PART_BYTES) {
            throw Problem.invalid(
                    "data",
                    "invalid_part_size",
                    "A part must have 1 to %d bytes, not %d.".formatted(MAX_PART_BYTES, bytes));
        }
        return Objects.requireNonNull(transaction.execute(status -> {
            var upload = rows.lock(tenant.orgId(), id).orElseThrow(() -> missing(id));
            upload.requirePending("take another part");
            var parts = rows.parts(id);
            if (parts.size() == MAX_PARTS) {
                throw Problem.invalid(
                        "data", "too_many_parts", "An upload has at most %d parts.".formatted(MAX_PARTS));
            }
            // parts that are sent again count too; twice the size is room for every one to fail once
            long held = parts.stream().mapToLong(UploadPart::bytes).sum() + bytes;
            if (held > 2 * upload.bytes()) {
                throw Problem.invalid(
                        "data",
                        "upload_too_large",
                        "The parts hold %d bytes, and the upload was created for %d.".formatted(held, upload.bytes()));
            }
            var part = new UploadPart(Ids.next("part_"), id, bytes, Instant.now());
            rows.insert(part);
            contents.store(part, content);
            return part;
        }));
    }

    /** Joins the parts in this order; when the file is refused, the upload stays as it was. */
    Upload complete(Tenant tenant, String id, List<String> partIds, @Nullable String md5) {
        var upload = get(tenant, id);
        upload.requirePending("be completed");
        var parts = chosen(upload, partIds);
        if (md5 != null) {
            contents.requireMd5(parts, md5);
        }
        var file = files.upload(tenant, upload.filename(), upload.purpose(), contents.join(parts), upload.keptFor());
        if (!end(upload, Upload.Status.COMPLETED, file.id())) {
            files.delete(tenant, file.id());
            get(tenant, id).requirePending("be completed");
        }
        return get(tenant, id);
    }

    private List<UploadPart> chosen(Upload upload, List<String> partIds) {
        var known = rows.parts(upload.id()).stream().collect(Collectors.toMap(UploadPart::id, Function.identity()));
        for (var partId : partIds) {
            if (!known.containsKey(partId)) {
                throw Problem.invalid(
                        "part_ids",
                        "part_not_found",
                        "Upload '%s' has no part '%s'.".formatted(upload.id(), partId));
            }
        }
        if (new HashSet<>(partIds).size() < partIds.size()) {
            throw Problem.invalid("part_ids", "duplicate_part", "'part_ids' names a part twice.");
        }
        var parts = partIds.stream().map(known::get).toList();
        long bytes = parts.stream().mapToLong(UploadPart::bytes).sum();
        if (bytes != upload.bytes()) {
            throw Problem.invalid(
                    "part_ids",
                    "size_mismatch",
                    "The parts have %d bytes together, and the upload was created for %d."
                            .formatted(bytes, upload.bytes()));
        }
        return parts;
    }

    Upload cancel(Tenant tenant, String id) {
        var upload = get(tenant, id);
        upload.requirePending("be cancelled");
        if (!end(upload, Upload.Status.CANCELLED, null)) {
            get(tenant, id).requirePending("be cancelled");
        }
        return get(tenant, id);
    }

    private boolean end(Upload upload, Upload.Status status, @Nullable String fileId) {
        return Boolean.TRUE.equals(transaction.execute(ignored -> rows.end(upload.id(), status, fileId)));
    }

    private static Problem missing(String id) {
        return Problem.notFound("upload_id", "upload_not_found", "There is no upload '%s'.".formatted(id));
    }
}
