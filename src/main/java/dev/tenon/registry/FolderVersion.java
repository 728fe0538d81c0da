package dev.tenon.registry;

import dev.tenon.model.BaseModelView;
import java.nio.file.Path;
import java.util.Map;

/**
 * A folder that is to become the next version of an adapter without a job.
 *
 * @param kind how it came about, a part of its minted name: {@code import} or {@code compose}
 * @param method id of the method that reads it
 * @param config its settings
 */
public record FolderVersion(
        String name,
        BaseModelView base,
        String kind,
        String method,
        Map<String, Object> config,
        Path folder,
        Map<String, Object> lineage,
        Map<String, Object> proof) {}
