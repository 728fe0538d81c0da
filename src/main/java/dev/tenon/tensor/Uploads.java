package dev.tenon.tensor;

import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Copies from the host's memory to a device, one after the other, beside what is computed there. */
public interface Uploads extends AutoCloseable {
    /**
     * Those to a device; null where it needs none because it computes in the host's memory, or where they cannot be had.
     *
     * @param ended is called whenever one has ended, on a thread of its own
     */
    static @Nullable Uploads to(Device device, Runnable ended) {
        return CudaUploads.to(device, ended);
    }

    /** What is copied. */
    interface Source {
        /** Gives the address of the first byte, which stays what it is meanwhile; false where it is gone. */
        boolean read(LongConsumer reader);
    }

    /**
     * Begins to copy as many bytes as a tensor on the device has. It must live, and nobody may use it, until the copy has ended.
     *
     * @return whether the source was still there; it fails with an {@link EngineFailure} where the device refuses
     */
    CompletableFuture<Boolean> begin(Source from, Tensor to);

    /** Waits for the copies that were begun. */
    @Override
    void close();
}
