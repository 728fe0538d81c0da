package dev.tenon.model.encoder;

import dev.tenon.model.EncoderConfig;
import dev.tenon.model.HeadForm;
import dev.tenon.model.HeadForm.Activation;
import dev.tenon.model.HeadForm.Layer;
import dev.tenon.model.HeadForm.Task;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The heads that Hugging Face puts on each family. */
final class HeadForms {
    private static final String CLASSIFIER = "classifier";

    private HeadForms() {}

    /** BERT's pooler is a part of the head where the checkpoint has none. */
    static HeadForm of(EncoderConfig config, Task task, int labels) {
        int hidden = config.hidden();
        var last = new Layer(CLASSIFIER, hidden, labels, Activation.NONE);
        if (task == Task.TAGGING) {
            return new HeadForm(task, false, List.of(last));
        }
        return switch (config.family()) {
            case "bert" ->
                config.pooler()
                        ? new HeadForm(task, true, List.of(last))
                        : new HeadForm(task, false, List.of(dense("bert.pooler.dense", hidden, Activation.TANH), last));
            case "distilbert" ->
                new HeadForm(task, false, List.of(dense("pre_classifier", hidden, Activation.RELU), last));
            default ->
                new HeadForm(
                        task,
                        false,
                        List.of(
                                dense("classifier.dense", hidden, Activation.TANH),
                                new Layer("classifier.out_proj", hidden, labels, Activation.NONE)));
        };
    }

    private static Layer dense(String path, int hidden, Activation activation) {
        return new Layer(path, hidden, hidden, activation);
    }

    /** The head that a checkpoint brings, or null. */
    static @Nullable HeadForm own(EncoderConfig config) {
        return switch (config.head()) {
            case SEQUENCE -> of(config, Task.CLASSIFICATION, config.labels().size());
            case TOKEN -> of(config, Task.TAGGING, config.labels().size());
            case NONE, MASKED -> null;
        };
    }
}
