package dev.tenon.serving;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One running answer. It holds its model version until its last token; closing it early stops the work. */
public interface Generation extends AutoCloseable {

    /** The next text, null at the end; throws what made the generation fail, and a 503 problem after the wait. */
    @Nullable
    Piece next(Duration wait);

    /** True when {@link #next} would not have to wait longer than this. */
    boolean ready(Duration wait);

    /** How it ended; only after {@link #next} returned null. */
    GenerationResult result();

    /** What answers, by a name that means it wherever names and aliases move: not always what was asked for. */
    String model();

    int promptTokens();

    /** Changes exactly when the weights behind the answers change: digests of base and adapter. */
    String systemFingerprint();

    @Override
    void close();
}
