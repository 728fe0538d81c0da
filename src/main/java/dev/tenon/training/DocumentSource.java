package dev.tenon.training;

import dev.tenon.model.EncoderConfig;
import dev.tenon.model.ModelConfig;
import dev.tenon.text.ChatFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Turns the files of a job into documents. */
interface DocumentSource extends AutoCloseable {
    /** Takes documents one by one. */
    interface Taker {
        /**
         * Takes one.
         *
         * @param line where it stands in the file
         * @param truncated whether it was cut to the longest length
         */
        void take(long line, Document document, boolean truncated) throws IOException;
    }

    /**
     * As a base reads them.
     *
     * @param labels those of the adapter that is continued, in its order; empty for a new one
     * @param longest tokens after which an example is cut
     */
    static DocumentSource of(Path train, Path base, List<String> labels, int longest) {
        return ModelConfig.read(base) instanceof EncoderConfig config
                ? EncoderDocuments.of(train, base, config, labels, longest)
                : new ChatDocuments(ChatFormat.load(base), longest);
    }

    TaskFile task();

    void read(Path file, Taker taker) throws IOException;

    @Override
    void close();
}
