package dev.tenon.serving;

import dev.tenon.model.BaseModelView;
import dev.tenon.model.EncoderModel;
import dev.tenon.serving.engine.EngineListener;
import dev.tenon.text.EncoderFormat;

/** An encoder in memory with its tokens. */
record ResidentEncoder(
        BaseModelView view,
        EncoderModel model,
        EncoderFormat format,
        Verification verification,
        EngineListener listener)
        implements AutoCloseable {
    @Override
    public void close() {
        model.close();
        format.close();
    }
}
