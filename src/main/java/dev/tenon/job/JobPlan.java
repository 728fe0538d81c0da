package dev.tenon.job;

import dev.tenon.dataset.FileView;
import dev.tenon.job.StartingModels.StartingModel;
import dev.tenon.model.ModelConfig;
import dev.tenon.training.Hyperparameters;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A create request after every check: what exactly would run. */
record JobPlan(
        CreateJob request,
        StartingModel start,
        ModelConfig base,
        FileView training,
        @Nullable FileView validation,
        String methodId,
        Record config,
        Map<String, Object> adapter,
        List<JobSource> sources,
        Hyperparameters hyperparameters) {}
