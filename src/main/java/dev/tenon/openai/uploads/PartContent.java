package dev.tenon.openai.uploads;

import dev.tenon.core.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HexFormat;
import java.util.List;
import org.springframework.stereotype.Component;

/** The bytes of parts, in chunks of which one at a time is in memory. */
@Component
class PartContent {
    static final int CHUNK = 1 << 20;

    private final UploadRows rows;

    PartContent(UploadRows rows) {
        this.rows = rows;
    }

    void store(UploadPart part, InputStream content) {
        try {
            int number = 0;
            for (var data = content.readNBytes(CHUNK); data.length > 0; data = content.readNBytes(CHUNK)) {
                rows.chunk(part.id(), number++, data);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The parts one after the other. */
    InputStream join(List<UploadPart> parts) {
        record Place(String part, int number) {}
        var places = new ArrayList<Place>();
        for (var part : parts) {
            for (int number = 0; (long) number * CHUNK < part.bytes(); number++) {
                places.add(new Place(part.id(), number));
            }
        }
        var left = places.iterator();
        return new SequenceInputStream(new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return left.hasNext();
            }

            @Override
            public InputStream nextElement() {
                var place = left.next();
                return new ByteArrayInputStream(rows.chunk(place.part(), place.number()));
            }
        });
    }

    /** Refuses parts that together are not what the sender meant to send. */
    void requireMd5(List<UploadPart> parts, String wanted) {
        try (var content = new DigestInputStream(join(parts), MessageDigest.getInstance("MD5"))) {
            content.transferTo(java.io.OutputStream.nullOutputStream());
            var found = HexFormat.of().formatHex(content.getMessageDigest().digest());
            if (!found.equalsIgnoreCase(wanted)) {
                throw Problem.invalid(
                        "md5",
                        "checksum_mismatch",
                        "The parts in this order have the MD5 %s, not the given one: check 'part_ids', or send them again."
                                .formatted(found));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
