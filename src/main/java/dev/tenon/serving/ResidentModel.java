package dev.tenon.serving;

import dev.tenon.model.BaseModelView;
import dev.tenon.model.CausalModel;
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
    /** The base's name and, where it is kept in fewer bits, in which form. */
    String name() {
        return view.name() + form();
    }

    /** The same of the base's content. */
    String digest() {
        return view.digest() + form();
    }

    private String form() {
        var form = model.quantisation();
        return form == null ? "" : "@" + form.label();
    }

    @Override
    public void close() {
        engine.close();
        model.close();
        format.close();
    }
}
