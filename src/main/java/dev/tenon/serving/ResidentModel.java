package dev.tenon.serving;

import dev.tenon.model.BaseModelView;
import dev.tenon.model.CausalModel;
import dev.tenon.text.ChatFormat;

/** A base model in memory with its way of writing conversations. */
record ResidentModel(BaseModelView view, CausalModel model, ChatFormat format) implements AutoCloseable {
    @Override
    public void close() {
        model.close();
        format.close();
    }
}
