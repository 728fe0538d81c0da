package dev.tenon.job;

import dev.tenon.identity.Tenant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a job may start from: a base model, an adapter version to continue, or versions to make one of. The registry answers it. */
public interface StartingModels {

    Optional<StartingModel> find(Tenant tenant, String name);

    /**
     * A base and, when an adapter was named, its version with the canonical config.
     *
     * @param lasting a name that always means this
     * @param digest of the version's files, or of the base
     */
    record StartingModel(
            String baseName,
            String baseDigest,
            @Nullable String versionId,
            Map<String, Object> adapter,
            String lasting,
            String digest) {}
}
