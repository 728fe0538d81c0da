package dev.tenon.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One base model of the catalogue.
 *
 * @param orgId the organisation that imported it; null when every organisation sees it
 * @param digest SHA-256 over the sorted file names and file digests
 * @param family Hugging Face's {@code model_type}
 * @param bytes all files together
 * @param licence an SPDX-like identifier from the model card, or {@code unknown}
 */
public record BaseModelView(
        @Nullable String orgId,
        String name,
        String digest,
        String family,
        long parameters,
        long bytes,
        ModelConfig config,
        String licence,
        Instant createdAt) {}
