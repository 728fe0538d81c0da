package dev.tenon.serving.labels;

import dev.tenon.model.EncoderModel;
import dev.tenon.model.Head;
import dev.tenon.model.Hooks;
import dev.tenon.serving.engine.EngineListener;
import java.util.List;

/**
 * Texts to be labelled by one head, with one adapter or none.
 *
 * @param tenant who asks; whose turn it is, is counted for tenants and for their adapters
 * @param adapter names what answers
 * @param listener hears of the passes of this model
 */
public record LabelRequest(
        String tenant,
        String adapter,
        EncoderModel model,
        Head head,
        Hooks hooks,
        List<ReadText> texts,
        EngineListener listener) {
    public LabelRequest {
        texts = List.copyOf(texts);
    }
}
