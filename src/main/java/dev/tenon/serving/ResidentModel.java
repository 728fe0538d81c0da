package dev.tenon.serving;

import dev.tenon.model.BaseModelView;
import dev.tenon.model.CausalModel;
import dev.tenon.model.Quantisation;
import dev.tenon.serving.engine.Batcher;
import dev.tenon.text.ChatFormat;

/**
 * A base model in memory.
 *
 * @param format its way of writing conversations
 * @param engine that runs it
 * @param verification of what shall run on it
 */
record ResidentModel(
        BaseModelView view, CausalModel model, ChatFormat format, Batcher engine, Verification verification)
        implements AutoCloseable {
    /** Names the base's content and, where it is kept in fewer bits, its form. */
    String digest() {
        return view.digest() + Quantisation.suffix(model.quantisation());
    }

    @Override
    public void close() {
        engine.close();
        model.close();
        format.close();
    }
}
