package dev.tenon.registry;

import dev.tenon.model.BaseModelView;
import org.jspecify.annotations.Nullable;

/** What a model name means at this moment: a base, or a base with one adapter version. */
public record ResolvedModel(
        String requested, BaseModelView base, @Nullable AdapterVersionView version) {

    /** A name that means exactly this for as long as it exists, wherever names and aliases move. */
    public String pinned() {
        return version == null ? base.name() : version.modelId();
    }
}
