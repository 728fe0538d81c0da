package dev.tenon.registry;

import dev.tenon.method.QuantizationConfig;
import dev.tenon.model.Quantisation;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One immutable version of an adapter. {@code blobDigest} is the digest of its folder manifest; {@code jobId} is null
 * for an import.
 */
public record AdapterVersionView(
        String id,
        String adapterName,
        int version,
        String modelId,
        String baseModel,
        String baseDigest,
        String methodId,
        Map<String, Object> config,
        String blobDigest,
        long bytes,
        @Nullable String jobId,
        Map<String, Object> lineage,
        Map<String, Object> proof,
        Instant createdAt) {
    /** The form in which the base was kept when this was trained, and is kept when it answers; null where dense. */
    public @Nullable Quantisation quantisation() {
        return QuantizationConfig.form(config);
    }

    /** The name of that form, for example {@code nf4-g64-double} or {@code dense}. */
    public String baseForm() {
        var form = quantisation();
        return form == null ? "dense" : form.label();
    }
}
