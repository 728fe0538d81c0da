package dev.tenon.serving;

import dev.tenon.model.BaseModelView;
import dev.tenon.model.CausalModel;
import dev.tenon.serving.engine.Batcher;
import dev.tenon.text.ChatFormat;

/** A base model in memory with its way of writing conversations, and the engine that runs it. */
record ResidentModel(BaseModelView view, CausalModel model, ChatFormat format, Batcher engine)
        implements AutoCloseable {
    @Override
    public void close() {
        engine.close();
        model.close();
        format.close();
    }
}
