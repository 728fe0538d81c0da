package dev.tenon.model.catalogue;

import dev.tenon.artifact.BlobRef;
import dev.tenon.artifact.Blobs;
import dev.tenon.core.Problem;
import dev.tenon.model.BaseModelApi;
import dev.tenon.model.BaseModelView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** Stores base models as blobs and hands them out as local directories. */
@Service
class Catalogue implements BaseModelApi {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}[a-z0-9]");

    private final CatalogueRows rows;
    private final Blobs blobs;
    private final ModelCache cache;

    Catalogue(CatalogueRows rows, Blobs blobs, ModelCache cache) {
        this.rows = rows;
        this.blobs = blobs;
        this.cache = cache;
    }

    @Override
    public BaseModelView importDirectory(
            @Nullable String orgId, String name, Path directory, Map<String, Object> lineage) {
        requireName(name);
        try {
            var folder = ModelFolder.check(directory);
            var files = new TreeMap<String, BlobRef>();
            for (Path file : folder.files()) {
                files.put(file.getFileName().toString(), blobs.put(file));
            }
            var model = new BaseModelView(
                    orgId,
                    name,
                    digest(files),
                    folder.config().family(),
                    folder.config().parameters(),
                    files.values().stream().mapToLong(BlobRef::bytes).sum(),
                    folder.config(),
                    folder.licence(),
                    Instant.EPOCH);
            boolean inserted = rows.insert(model, folder.configText(), files, lineage);
            return inserted ? require(name) : sameAsBefore(model);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw Problem.invalid(
                    "name",
                    "invalid_name",
                    "A model's name is 2 to 64 small letters, digits, '.', '_' or '-', beginning and ending with a"
                            + " letter or digit.");
        }
    }

    @Override
    public void requireFree(String name) {
        requireName(name);
        if (rows.find(name).isPresent()) {
            throw taken(name);
        }
    }

    @Override
    public Map<String, Object> lineage(String name) {
        return rows.lineage(name);
    }

    private static Problem taken(String name) {
        return Problem.conflict(
                "name",
                "name_taken",
                "The name '%s' belongs to another model; base models never change. Choose a new name.".formatted(name));
    }

    private BaseModelView sameAsBefore(BaseModelView model) {
        BaseModelView stored = require(model.name());
        if (!stored.digest().equals(model.digest()) || !java.util.Objects.equals(stored.orgId(), model.orgId())) {
            throw taken(model.name());
        }
        return stored;
    }

    /** SHA-256 over lines of name and digest in name order: the same files give the same digest everywhere. */
    static String digest(SortedMap<String, BlobRef> files) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            files.forEach(
                    (path, blob) -> sha.update((path + '\0' + blob.digest() + '\n').getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<BaseModelView> list(@Nullable String orgId) {
        return rows.visible(orgId);
    }

    @Override
    public BaseModelView require(@Nullable String orgId, String name) {
        return rows.find(name)
                .filter(model -> model.orgId() == null || model.orgId().equals(orgId))
                .orElseThrow(() -> unknown(name));
    }

    @Override
    public BaseModelView require(String name) {
        return rows.find(name).orElseThrow(() -> unknown(name));
    }

    private static Problem unknown(String name) {
        return Problem.notFound(
                "model",
                "model_not_found",
                "There is no base model '%s'. GET /api/v1/base-models lists them.".formatted(name));
    }

    @Override
    public Path materialiseText(String name) {
        return fetched(name, ModelCache::text);
    }

    @Override
    public Path materialise(String name) {
        return fetched(name, ModelCache::directory);
    }

    private interface Fetch {
        Path from(ModelCache cache, String digest, Map<String, BlobRef> files) throws IOException;
    }

    private Path fetched(String name, Fetch fetch) {
        BaseModelView model = require(name);
        try {
            return fetch.from(cache, model.digest(), rows.files(name));
        } catch (IOException e) {
            throw new UncheckedIOException("The files of base model '" + name + "' could not be fetched", e);
        }
    }
}
