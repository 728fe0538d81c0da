package dev.tenon.openai.models;

import dev.tenon.model.BaseModelView;
import dev.tenon.registry.AdapterVersionView;
import org.jspecify.annotations.Nullable;

/**
 * A model on the wire. {@code parent} (the base of an adapter) and {@code root} (what an alias or name stands for now)
 * are additions that other servers have, too.
 */
record ModelJson(
        String id,
        String object,
        long created,
        String owned_by,
        String root,
        @Nullable String parent) {
    static ModelJson of(BaseModelView base) {
        return new ModelJson(base.name(), "model", base.createdAt().getEpochSecond(), "system", base.name(), null);
    }

    static ModelJson of(String id, String organisation, AdapterVersionView version) {
        return new ModelJson(
                id,
                "model",
                version.createdAt().getEpochSecond(),
                organisation,
                version.modelId(),
                version.baseModel());
    }
}
