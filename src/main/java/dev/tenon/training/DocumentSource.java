package dev.tenon.training;

import java.io.IOException;
import java.nio.file.Path;

/** Turns the files of a job into documents. */
interface DocumentSource extends AutoCloseable {
    /** Takes documents one by one. */
    interface Taker {
        /**
         * Takes one.
         *
         * @param truncated whether it was cut to the longest length
         */
        void take(Document document, boolean truncated) throws IOException;
    }

    TaskFile task();

    void read(Path file, Taker taker) throws IOException;

    @Override
    void close();
}
