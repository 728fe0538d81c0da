package dev.tenon.openai.models;

import dev.tenon.model.BaseModelView;
import dev.tenon.registry.AdapterVersionView;
import dev.tenon.registry.ResolvedModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model on the wire. vLLM's additions: {@code parent} (the base of an adapter), {@code root} (what an alias or name
 * stands for now), {@code max_model_len} in tokens, and {@code permission}. Ours: {@code resident}, where it is in memory.
 */
record ModelJson(
        String id,
        String object,
        long created,
        String owned_by,
        String root,
        @Nullable String parent,
        @Nullable Integer max_model_len,
        List<ModelPermission> permission,
        List<ModelResidence> resident) {
    static ModelJson of(BaseModelView base, ResidentModels resident) {
        long created = base.createdAt().getEpochSecond();
        return new ModelJson(
                base.name(),
                "model",
                created,
                "system",
                base.name(),
                null,
                base.config().maxPositions(),
                List.of(ModelPermission.of(base.name(), created, "*")),
                resident.of(base));
    }

    /** Whatever a name means now; a composition began with the newest of its parts. */
    static ModelJson of(ResolvedModel resolved, String organisation, ResidentModels resident) {
        var base = resolved.base();
        if (!resolved.composed()) {
            var version = resolved.version();
            return version == null
                    ? of(base, resident)
                    : of(resolved.requested(), organisation, version, base, resident);
        }
        long created = resolved.parts().stream()
                .mapToLong(part -> part.version().createdAt().getEpochSecond())
                .max()
                .orElseThrow();
        return new ModelJson(
                resolved.requested(),
                "model",
                created,
                organisation,
                resolved.pinned(),
                base.name(),
                base.config().maxPositions(),
                List.of(ModelPermission.of(resolved.requested(), created, organisation)),
                resident.of(resolved));
    }

    /** {@code base} is null when the one it was made for is gone. */
    static ModelJson of(
            String id,
            String organisation,
            AdapterVersionView version,
            @Nullable BaseModelView base,
            ResidentModels resident) {
        long created = version.createdAt().getEpochSecond();
        return new ModelJson(
                id,
                "model",
                created,
                organisation,
                version.modelId(),
                version.baseModel(),
                base == null ? null : base.config().maxPositions(),
                List.of(ModelPermission.of(id, created, organisation)),
                resident.of(version));
    }
}
