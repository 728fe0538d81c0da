package dev.tenon.job;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for: {@code adapter} is {@code {"method": "lora", "rank": 8, …}} (empty: LoRA with its defaults),
 * null numbers mean "auto", and {@code rawMethod} is OpenAI's {@code method} object, kept to be given back.
 */
public record CreateJob(
        String model,
        String trainingFile,
        @Nullable String validationFile,
        @Nullable String suffix,
        @Nullable Long seed,
        Map<String, String> metadata,
        Map<String, Object> adapter,
        @Nullable Integer epochs,
        @Nullable Integer batchSize,
        @Nullable Double learningRateMultiplier,
        @Nullable Double headLearningRate,
        @Nullable Map<String, Object> rawMethod) {}
