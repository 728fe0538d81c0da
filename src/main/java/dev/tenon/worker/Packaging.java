package dev.tenon.worker;

import dev.tenon.dataset.DatasetApi;
import dev.tenon.job.ClaimedJob;
import dev.tenon.job.JobEnding;
import dev.tenon.job.JobError;
import dev.tenon.job.JobOutcome;
import dev.tenon.job.JobProgress;
import dev.tenon.registry.AdapterFolders;
import dev.tenon.registry.AdapterProof;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The last phase: checks the proof, stores the files and ends the job. */
@Component
class Packaging {
    private final Phases phases;
    private final JobProgress progress;
    private final JobEnding ending;
    private final AdapterFolders folders;
    private final DatasetApi datasets;

    Packaging(Phases phases, JobProgress progress, JobEnding ending, AdapterFolders folders, DatasetApi datasets) {
        this.phases = phases;
        this.progress = progress;
        this.ending = ending;
        this.folders = folders;
        this.datasets = datasets;
    }

    void run(JobRun run) throws RunStopped {
        phases.restoreOutput(run);
        progress.phase(run.lease(), "package", null);
        var job = run.job();
        var proof = proof(run.result());
        var flaw = AdapterProof.flaw(job.adapter(), proof);
        if (flaw.isPresent()) {
            throw new RunStopped(new RunEnd.Failed(new JobError("adapter_without_effect", flaw.get(), "adapter")));
        }
        var series = progress.series(run.lease());
        RisenLoss.of(series).ifPresent(warning -> {
            proof.put("warning", warning);
            progress.note(run.lease(), "warn", warning);
        });
        var stored = folders.store(run.folder().output(), name -> true);
        var outcome = new JobOutcome(
                stored.digest(),
                stored.bytes(),
                run.result().get("trainedTokens") instanceof Number tokens ? tokens.longValue() : 0,
                lineage(job),
                proof);
        var csv = ResultFile.csv(series).getBytes(StandardCharsets.UTF_8);
        run.check();
        ending.succeed(
                run.lease(),
                outcome,
                () -> datasets.storeResult(
                                job.orgId(),
                                job.lease().jobId() + "-results.csv",
                                "fine-tune-results",
                                new ByteArrayInputStream(csv))
                        .id());
    }

    private static Map<String, Object> proof(Map<String, Object> result) {
        var proof = new LinkedHashMap<String, Object>();
        proof.put("matched_modules", result.getOrDefault("matchedModules", List.of()));
        if (result.get("probe") instanceof Map<?, ?> probe) {
            proof.put("probe_prompt", String.valueOf(probe.get("prompt")));
            if (probe.get("maxLogitChange") instanceof Number change) {
                proof.put("probe_max_logit_change", change);
            }
        }
        copy(result, "trainableParameters", proof, "trainable_parameters");
        copy(result, "trainLoss", proof, "train_loss");
        copy(result, "validationLoss", proof, "valid_loss");
        copy(result, "baseValidationLoss", proof, "base_valid_loss");
        copy(result, "bestStep", proof, "best_step");
        copy(result, "task", proof, "task");
        copy(result, "labels", proof, "labels");
        copy(result, "validationAccuracy", proof, "valid_accuracy");
        copy(result, "baseValidationAccuracy", proof, "base_valid_accuracy");
        copy(result, "validationScores", proof, "valid_scores");
        return proof;
    }

    private static void copy(Map<String, Object> from, String key, Map<String, Object> to, String name) {
        var value = from.get(key);
        if (value != null) {
            to.put(name, value);
        }
    }

    private static Map<String, Object> lineage(ClaimedJob job) {
        var lineage = new LinkedHashMap<String, Object>();
        lineage.put("job", job.lease().jobId());
        lineage.put("training_file", job.trainingFile());
        lineage.put("dataset_digest", job.trainingDigest());
        if (job.validationFile() != null) {
            lineage.put("validation_file", job.validationFile());
            lineage.put("validation_digest", String.valueOf(job.validationDigest()));
        }
        lineage.put("base_model", job.baseName());
        lineage.put("base_digest", job.baseDigest());
        if (job.initialVersionId() != null) {
            lineage.put("continued_from", job.initialVersionId());
        }
        if (!job.sources().isEmpty()) {
            lineage.put("sources", job.sources());
        }
        lineage.put("config", job.adapter());
        lineage.put("hyperparameters", job.hyperparameters());
        lineage.put("code_version", CodeVersion.current());
        return lineage;
    }
}
