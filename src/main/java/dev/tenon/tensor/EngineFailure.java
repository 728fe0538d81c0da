package dev.tenon.tensor;

import org.jspecify.annotations.Nullable;

/** libtorch refused or failed an operation. */
public final class EngineFailure extends RuntimeException {
    EngineFailure(String message) {
        super(message);
    }

    EngineFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Whether there was not enough memory, on the GPU or in the process. */
    public boolean outOfMemory() {
        String message = String.valueOf(getMessage());
        return message.contains("out of memory")
                || message.contains("can't allocate memory")
                || message.contains("not enough memory")
                || message.contains("bad_alloc");
    }
}
