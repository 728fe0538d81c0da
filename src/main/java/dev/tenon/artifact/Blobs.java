package dev.tenon.artifact;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Immutable byte strings in PostgreSQL, kept once per content, streamed both ways in bounded memory. */
public interface Blobs {

    /** Stores the stream up to its end; storing the same content again changes nothing. */
    BlobRef put(InputStream in) throws IOException;

    /** Stores a file. */
    BlobRef put(Path file) throws IOException;

    /**
     * Streams a blob. The digest is checked on the way: the read that reaches the end throws an {@link IOException}
     * when the content is not what the name says.
     */
    InputStream open(String digest) throws IOException;

    /** Writes a blob to a file: under a temporary name, verified, fsynced, then renamed. */
    void copyTo(String digest, Path file) throws IOException;

    /** Whether a complete blob of this digest is stored. */
    boolean exists(String digest);
}
