package dev.tenon.job;

import dev.tenon.training.Hyperparameters;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Everything a worker needs to know of the job that it has just claimed. */
public record ClaimedJob(
        JobLease lease,
        String orgId,
        int attempt,
        String baseName,
        String baseDigest,
        @Nullable String initialVersionId,
        String trainingFile,
        String trainingDigest,
        @Nullable String validationFile,
        @Nullable String validationDigest,
        String methodId,
        Map<String, Object> adapter,
        Hyperparameters hyperparameters,
        String targetModel,
        String adapterName,
        List<JobSource> sources,
        @Nullable SavedState newest,
        @Nullable Produced produced) {

    /** What an earlier attempt's training phase had already finished. */
    public record Produced(String folderDigest, long bytes, Map<String, Object> result) {}

    /** The newest recorded checkpoint, from which a later attempt goes on. */
    public record SavedState(int step, String folderDigest) {}
}
