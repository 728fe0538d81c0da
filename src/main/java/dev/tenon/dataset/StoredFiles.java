package dev.tenon.dataset;

import dev.tenon.artifact.Blobs;
import dev.tenon.core.Cursor;
import dev.tenon.core.Page;
import dev.tenon.core.Problem;
import dev.tenon.identity.Tenant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** {@link DatasetApi} over blobs and rows: an upload is spooled, validated, stored by digest, and then named. */
@Component
class StoredFiles implements DatasetApi {
    private static final String FINE_TUNE = "fine-tune";
    private static final Set<String> PURPOSES =
            Set.of("assistants", "batch", FINE_TUNE, "vision", "user_data", "evals");

    private final Blobs blobs;
    private final FileRows rows;
    private final Spool spool;
    private final Previews previews;

    StoredFiles(Blobs blobs, FileRows rows, Spool spool, Previews previews) {
        this.blobs = blobs;
        this.rows = rows;
        this.spool = spool;
        this.previews = previews;
    }

    @Override
    public FileView upload(
            Tenant tenant, String filename, String purpose, InputStream content, @Nullable Duration expiresAfter) {
        if (!PURPOSES.contains(purpose)) {
            throw Problem.invalid(
                    "purpose",
                    "invalid_purpose",
                    "'purpose' must be one of %s, not '%s'."
                            .formatted(
                                    String.join(", ", PURPOSES.stream().sorted().toList()), purpose));
        }
        var file = spool.take(content);
        try {
            var summary = purpose.equals(FINE_TUNE) ? validated(filename, file) : null;
            var id = rows.insert(tenant.orgId(), label(filename), purpose, blobs.put(file), summary, expiresAfter);
            return get(tenant, id);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Spool.drop(file);
        }
    }

    private static @Nullable DatasetSummary validated(String filename, Path file) throws IOException {
        try (var content = Files.newInputStream(file)) {
            var report = Validation.of(content);
            if (!report.valid()) {
                throw Refusal.of(label(filename), report);
            }
            return report.summary();
        }
    }

    @Override
    public FileView get(Tenant tenant, String id) {
        return rows.find(tenant.orgId(), id).orElseThrow(() -> missing(id));
    }

    @Override
    public Page<FileView> list(Tenant tenant, @Nullable String purpose, Cursor cursor) {
        return Page.of(rows.list(tenant.orgId(), purpose, cursor), cursor.limit());
    }

    @Override
    public void delete(Tenant tenant, String id) {
        if (!rows.delete(tenant.orgId(), id)) {
            throw missing(id);
        }
    }

    @Override
    public InputStream content(Tenant tenant, String id) {
        try {
            return blobs.open(get(tenant, id).digest());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void copyTo(String fileId, Path target) throws IOException {
        blobs.copyTo(rows.digest(fileId).orElseThrow(() -> missing(fileId)), target);
    }

    @Override
    public FileView storeResult(String orgId, String filename, String purpose, InputStream content) {
        try {
            var id = rows.insert(orgId, label(filename), purpose, blobs.put(content), null, null);
            return rows.find(orgId, id).orElseThrow(() -> missing(id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<PreviewExample> preview(Tenant tenant, String id, int offset, int limit) {
        try (var content = content(tenant, id)) {
            return previews.of(content, Math.max(0, offset), Math.clamp(limit, 1, 100));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ValidationReport validate(String filename, InputStream content) {
        var file = spool.take(content);
        try (var in = Files.newInputStream(file)) {
            return Validation.of(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Spool.drop(file);
        }
    }

    /** The sender's name is a label and never a path: its last part, without control characters, 255 at most. */
    private static String label(String filename) {
        var name = filename.replaceAll("\\p{Cntrl}", "").replace('\\', '/').strip();
        var last = name.substring(name.lastIndexOf('/') + 1);
        var kept = last.isEmpty() ? "file" : last;
        return kept.length() > 255 ? kept.substring(0, 255) : kept;
    }

    private static Problem missing(String id) {
        return Problem.notFound("file_id", "file_not_found", "There is no file '%s'.".formatted(id));
    }
}
