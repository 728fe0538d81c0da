package dev.tenon.artifact;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Computes digest and length of what is read through it; with an expectation, the end of the stream checks both. */
final class DigestStream extends FilterInputStream {
    private final MessageDigest digest = sha256();
    private final @Nullable BlobRef expected;
    private @Nullable BlobRef reached;
    private long bytes;

    DigestStream(InputStream in) {
        this(in, null);
    }

    DigestStream(InputStream in, @Nullable BlobRef expected) {
        super(in);
        this.expected = expected;
    }

    /** Digest and length of a file. */
    static BlobRef of(Path file) throws IOException {
        try (var in = new DigestStream(Files.newInputStream(file))) {
            in.transferTo(OutputStream.nullOutputStream());
            return in.reached();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** What was read, up to the end. */
    BlobRef reached() throws IOException {
        if (reached == null) {
            throw new IOException("the stream was not read to its end");
        }
        return reached;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        if (count > 0) {
            digest.update(target, offset, count);
            bytes += count;
        } else if (count < 0 && reached == null) {
            end();
        }
        return count;
    }

    private void end() throws IOException {
        var found = new BlobRef(HexFormat.of().formatHex(digest.digest()), bytes);
        if (expected != null && !found.equals(expected)) {
            throw new IOException("Blob %s is damaged: it reads as %s, %d bytes instead of %d"
                    .formatted(expected.digest(), found.digest(), bytes, expected.bytes()));
        }
        reached = found;
    }

    /** Skipping would leave bytes out of the digest, so it reads them. */
    @Override
    public long skip(long count) throws IOException {
        var buffer = new byte[8192];
        long left = count;
        while (left > 0) {
            int read = read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                break;
            }
            left -= read;
        }
        return count - left;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
