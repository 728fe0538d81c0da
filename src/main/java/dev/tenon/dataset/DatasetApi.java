package dev.tenon.dataset;

import dev.tenon.core.Cursor;
import dev.tenon.core.Page;
import dev.tenon.identity.Tenant;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files and datasets of a tenant: both are one thing, a stored, immutable file that was validated on its way in. */
public interface DatasetApi {

    /** The largest file that is accepted, in bytes. */
    long MAX_BYTES = 512L * 1024 * 1024;

    /**
     * Validates and stores an upload. A file over {@link #MAX_BYTES} is a 413; a fine-tuning file with mistakes is a
     * 400 with code {@code invalid_dataset} whose details list up to 20 {@code problems}; nothing is stored then.
     */
    FileView upload(
            Tenant tenant, String filename, String purpose, InputStream content, @Nullable Duration expiresAfter);

    /** One file; another tenant's, a deleted and an expired one are a 404. */
    FileView get(Tenant tenant, String id);

    /** The tenant's files, optionally of one purpose. */
    Page<FileView> list(Tenant tenant, @Nullable String purpose, Cursor cursor);

    /** Hides the file for good; jobs that were created with it keep their copy of its content. */
    void delete(Tenant tenant, String id);

    /** The bytes of a file; a damaged blob fails the read that reaches its end. */
    InputStream content(Tenant tenant, String id);

    /** Worker side, no tenant check: writes the file's bytes, also of a file that was deleted since. */
    void copyTo(String fileId, Path target) throws IOException;

    /** Worker side: stores a result, for example of purpose {@code fine-tune-results}. */
    FileView storeResult(String orgId, String filename, String purpose, InputStream content);

    /** A stretch of the examples of a dataset, with the tokens that training would count. */
    List<PreviewExample> preview(Tenant tenant, String id, int offset, int limit);

    /** Reads a candidate training file and reports on it; stores nothing. */
    ValidationReport validate(String filename, InputStream content);
}
