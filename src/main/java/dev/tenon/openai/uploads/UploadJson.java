package dev.tenon.openai.uploads;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenon.dataset.FileView;
import dev.tenon.openai.files.FileJson;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/** The Upload object of the wire; times are unix seconds. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record UploadJson(
        String id,
        String object,
        long bytes,
        long createdAt,
        long expiresAt,
        String filename,
        String purpose,
        String status,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable FileJson file) {

    static UploadJson of(Upload upload, @Nullable FileView file) {
        return new UploadJson(
                upload.id(),
                "upload",
                upload.bytes(),
                upload.createdAt().getEpochSecond(),
                upload.expiresAt().getEpochSecond(),
                upload.filename(),
                upload.purpose(),
                upload.status().name().toLowerCase(Locale.ROOT),
                file == null ? null : FileJson.of(file));
    }

    /** The Part object of the wire. */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Part(String id, String object, long createdAt, String uploadId) {

        static Part of(UploadPart part) {
            return new Part(part.id(), "upload.part", part.createdAt().getEpochSecond(), part.uploadId());
        }
    }
}
