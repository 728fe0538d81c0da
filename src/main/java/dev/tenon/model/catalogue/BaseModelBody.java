package dev.tenon.model.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tenon.model.BaseModelView;
import dev.tenon.model.BaseTask;
import dev.tenon.model.ModelConfig;
import java.util.List;
import java.util.Map;

/** One base model on the wire. */
record BaseModelBody(
        String id,
        String object,
        @JsonProperty("created_at") long createdAt,
        String digest,
        String family,
        long parameters,
        long bytes,
        String licence,
        boolean shared,
        @JsonProperty("max_length") int maxLength,
        int layers,
        @JsonProperty("hidden_size") int hiddenSize,
        @JsonProperty("vocabulary_size") int vocabularySize,
        List<String> tasks,
        Map<String, Object> lineage) {

    static BaseModelBody of(BaseModelView model, Map<String, Object> lineage) {
        ModelConfig config = model.config();
        return new BaseModelBody(
                model.name(),
                "base_model",
                model.createdAt().getEpochSecond(),
                model.digest(),
                model.family(),
                model.parameters(),
                model.bytes(),
                model.licence(),
                model.orgId() == null,
                config.maxPositions(),
                config.layers(),
                config.hidden(),
                config.vocabulary(),
                config.tasks().stream().map(BaseTask::label).toList(),
                lineage);
    }
}
