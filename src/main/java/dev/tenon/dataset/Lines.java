package dev.tenon.dataset;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads a text file line by line as bytes, so that no line, however long or broken, can take more than its share. */
final class Lines implements AutoCloseable {
    /** The longest line that is read, in bytes. */
    static final int LONGEST = 8 * 1024 * 1024;

    private final InputStream in;
    private long number;
    private boolean tooLong;

    Lines(InputStream in) {
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /** The next line without its end, cut at {@link #LONGEST}; null at the end of the file. */
    byte @Nullable [] next() throws IOException {
        var line = new ByteArrayOutputStream(512);
        tooLong = false;
        int read = in.read();
        if (read < 0) {
            return null;
        }
        number++;
        for (; read >= 0 && read != '\n'; read = in.read()) {
            if (line.size() < LONGEST) {
                line.write(read);
            } else {
                tooLong = true;
            }
        }
        return line.toByteArray();
    }

    /** The number of the line that was read last; the first is 1. */
    long number() {
        return number;
    }

    boolean tooLong() {
        return tooLong;
    }

    /** The line as text without a byte order mark and surrounding blanks; null when it is not UTF-8. */
    static @Nullable String text(byte[] line) {
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            return (text.startsWith("\uFEFF") ? text.substring(1) : text).strip();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
