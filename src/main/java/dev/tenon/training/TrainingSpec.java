package dev.tenon.training;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything a training process is told; {@code job.json} of its folder.
 *
 * @param baseDirectory the base model in Hugging Face's layout
 * @param adapter the method and its settings, for example {@code {"method":"lora","rank":8}}
 * @param initialAdapterDirectory an adapter to continue from, in PEFT's layout
 * @param device {@code auto}, {@code cpu} or {@code cuda:N}
 * @param threads threads of the tensor engine on a CPU
 * @param probePrompt what the result is asked to show that it differs from the base
 * @param sourceDirectories finished adapters that the new one is made of, in the order of its settings
 */
public record TrainingSpec(
        String jobId,
        String baseName,
        String baseDirectory,
        String baseDigest,
        Map<String, Object> adapter,
        @Nullable String initialAdapterDirectory,
        Hyperparameters hyperparameters,
        String device,
        int threads,
        String codeVersion,
        @Nullable String probePrompt,
        List<String> sourceDirectories) {
    public TrainingSpec {
        sourceDirectories = sourceDirectories == null ? List.of() : List.copyOf(sourceDirectories);
    }
}
