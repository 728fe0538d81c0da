package dev.tenon.job;

import dev.tenon.identity.Tenant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds what a job may start from: a base model or an adapter version to continue. The registry answers it. */
public interface StartingModels {

    Optional<StartingModel> find(Tenant tenant, String name);

    /** A base and, when training continues, the adapter version with its canonical config. */
    record StartingModel(
            String baseName, String baseDigest, @Nullable String versionId, Map<String, Object> adapter) {}
}
