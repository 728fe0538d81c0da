package dev.tenon.openai.models;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/** What a caller may do with a model, in the form that clients of older OpenAI and of vLLM look for. */
record ModelPermission(
        String id,
        String object,
        long created,
        boolean allow_create_engine,
        boolean allow_sampling,
        boolean allow_logprobs,
        boolean allow_search_indices,
        boolean allow_view,
        boolean allow_fine_tuning,
        String organization,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String group,
        boolean is_blocking) {

    static ModelPermission of(String model, long created, String organization) {
        return new ModelPermission(
                "modelperm-" + model,
                "model_permission",
                created,
                false,
                true,
                true,
                false,
                true,
                true,
                organization,
                null,
                false);
    }
}
