package dev.tenon.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The catalogue of base models: immutable, kept by content, shared or of one organisation. */
public interface BaseModelApi {

    /**
     * Checks a Hugging Face model directory and stores its files. Importing the same content under the same name again
     * changes nothing.
     *
     * @param orgId the owner; null for a model that everybody sees
     * @throws dev.tenon.core.Problem 400 naming the file, field or tensor that is missing or wrong; 409 when the name
     *     belongs to other content
     */
    default BaseModelView importDirectory(@Nullable String orgId, String name, Path directory) {
        return importDirectory(orgId, name, directory, Map.of());
    }

    /** The same for a model that Tenon made itself, with what it was made from. */
    BaseModelView importDirectory(@Nullable String orgId, String name, Path directory, Map<String, Object> lineage);

    /**
     * Refuses a name that no new model can have.
     *
     * @throws dev.tenon.core.Problem 400 {@code invalid_name} or 409 {@code name_taken}
     */
    void requireFree(String name);

    /** What a model was made from; empty for one that was imported. */
    Map<String, Object> lineage(String name);

    /** What an organisation sees, by name; null sees the shared ones. */
    List<BaseModelView> list(@Nullable String orgId);

    /**
     * A model by name for an organisation.
     *
     * @throws dev.tenon.core.Problem 404 {@code model_not_found}
     */
    BaseModelView require(@Nullable String orgId, String name);

    /** A model by name for the system itself, whoever owns it. */
    BaseModelView require(String name);

    /** A local directory with all of the model's files that are no weights: its configuration, tokenizer and template. */
    Path materialiseText(String name);

    /** A local directory with the model's files, fetched into the cache by digest when they are not there yet. */
    Path materialise(String name);
}
