package dev.tenon.serving.engine;

import dev.tenon.model.PageMemory;
import dev.tenon.model.PageRun;
import dev.tenon.tensor.Tensor;
import dev.tenon.tensor.Uploads;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** An adapter as it goes to the device: one flat piece of host memory. */
abstract class Packed implements Uploads.Source {
    private final Tensor values;
    private boolean gone;

    /** @param values {@code [elements]}, on the host and of the model's type */
    Packed(Tensor values) {
        this.values = values;
    }

    Tensor values() {
        return values;
    }

    long bytes() {
        return values.bytes();
    }

    /**
     * What it is in pages of the device, where it is or comes to.
     *
     * @param uploads that bring it while others are computed; without, it has arrived when this returns
     */
    abstract Placed place(PageMemory memory, PageRun run, @Nullable Uploads uploads);

    @Override
    public synchronized boolean read(LongConsumer reader) {
        if (!gone) {
            reader.accept(values.address());
        }
        return !gone;
    }

    /** Its memory is about to be freed: waits for who reads it, and lets nobody else. */
    synchronized void forget() {
        gone = true;
    }
}
