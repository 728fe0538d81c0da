package dev.tenon.openai.files;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tenon.dataset.FileView;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.annotation.JsonNaming;

/** The File object of the wire; times are unix seconds. */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record FileJson(
        String id,
        String object,
        long bytes,
        long createdAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long expiresAt,
        String filename,
        String purpose,
        String status,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String statusDetails) {

    public static FileJson of(FileView file) {
        return new FileJson(
                file.id(),
                "file",
                file.bytes(),
                file.createdAt().getEpochSecond(),
                file.expiresAt() == null ? null : file.expiresAt().getEpochSecond(),
                file.filename(),
                file.purpose(),
                file.status(),
                file.statusDetails());
    }
}
