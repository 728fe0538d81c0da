package dev.tenon.worker;

import dev.tenon.core.Problem;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.job.ClaimedJob;
import dev.tenon.job.JobError;
import dev.tenon.job.JobProgress;
import dev.tenon.job.JobSource;
import dev.tenon.model.BaseModelApi;
import dev.tenon.registry.AdapterFolders;
import dev.tenon.registry.RegistryApi;
import dev.tenon.training.TrainingSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** The phases that a child process does, and what must lie in the job folder before each. */
@Component
class Phases {
    private final WorkerSettings settings;
    private final ChildCommand command;
    private final EventRecorder recorder;
    private final JobProgress progress;
    private final DatasetApi datasets;
    private final BaseModelApi bases;
    private final RegistryApi registry;
    private final AdapterFolders folders;
    private final JsonMapper mapper;

    Phases(
            WorkerSettings settings,
            ChildCommand command,
            EventRecorder recorder,
            JobProgress progress,
            DatasetApi datasets,
            BaseModelApi bases,
            RegistryApi registry,
            AdapterFolders folders,
            JsonMapper mapper) {
        this.settings = settings;
        this.command = command;
        this.recorder = recorder;
        this.progress = progress;
        this.datasets = datasets;
        this.bases = bases;
        this.registry = registry;
        this.folders = folders;
        this.mapper = mapper;
    }

    /** Fills the folder with data and tokenises it; done again by every attempt, since the folder is new each time. */
    void prepare(JobRun run) throws RunStopped {
        var job = run.job();
        progress.phase(run.lease(), "prepare", null);
        try {
            datasets.copyTo(job.trainingFile(), run.folder().training());
            if (job.validationFile() != null) {
                datasets.copyTo(job.validationFile(), run.folder().validation());
            }
            Files.write(run.folder().spec(), mapper.writeValueAsBytes(spec(run)));
        } catch (IOException e) {
            throw new UncheckedIOException("Could not fill the job folder", e);
        }
        child(run, "prepare");
    }

    void train(JobRun run) throws RunStopped {
        var produced = run.job().produced();
        if (produced == null) {
            var newest = run.job().newest();
            if (newest != null) {
                folders.restore(newest.folderDigest(), run.folder().checkpoint(newest.step()), name -> true);
            }
            progress.phase(run.lease(), "train", null);
            child(run, "train");
            keep(run);
        }
    }

    /** Starts from what training left, which an earlier attempt may have done elsewhere: files, and how it went. */
    void evaluate(JobRun run) throws RunStopped {
        restoreOutput(run);
        var last = run.job().newest();
        if (run.job().produced() != null && last != null) {
            folders.restore(last.folderDigest(), run.folder().checkpoint(last.step()), JobFolder.STATE::equals);
        }
        progress.phase(run.lease(), "evaluate", null);
        child(run, "evaluate");
        keep(run);
    }

    void restoreOutput(JobRun run) {
        ClaimedJob.Produced produced = run.job().produced();
        if (produced != null && !Files.isDirectory(run.folder().output())) {
            folders.restore(produced.folderDigest(), run.folder().output(), name -> true);
            produced.result().forEach(run.result()::putIfAbsent);
        }
    }

    private void keep(JobRun run) {
        var stored = folders.store(run.folder().output(), name -> true);
        progress.produced(run.lease(), stored.digest(), stored.bytes(), run.result());
    }

    private void child(JobRun run, String phase) throws RunStopped {
        run.phase(command.phase(phase, run.folder().root()), phase, event -> recorder.record(run, event));
    }

    private TrainingSpec spec(JobRun run) throws RunStopped {
        var job = run.job();
        var base = bases.require(job.baseName());
        if (!base.digest().equals(job.baseDigest())) {
            throw new RunStopped(new RunEnd.Failed(new JobError(
                    "base_model_changed",
                    "The base model '%s' is no longer what it was when the job was made.".formatted(job.baseName()),
                    "model")));
        }
        return new TrainingSpec(
                job.lease().jobId(),
                job.baseName(),
                bases.materialise(job.baseName()).toString(),
                job.baseDigest(),
                job.adapter(),
                initial(job),
                job.hyperparameters(),
                settings.device(),
                settings.threads(),
                CodeVersion.current(),
                null,
                sources(job));
    }

    /** The folder of the adapter that this job goes on from; it may have been deleted since. */
    private @Nullable String initial(ClaimedJob job) throws RunStopped {
        var version = job.initialVersionId();
        try {
            return version == null ? null : registry.materialise(version).toString();
        } catch (Problem problem) {
            throw new RunStopped(new RunEnd.Failed(new JobError(
                    "model_not_found",
                    "The adapter that this job goes on from was deleted before the job could begin; "
                            + "make the job again from the base model or from another adapter.",
                    "model")));
        }
    }

    /** Folders of the adapters that this one is made of; what was there when the job was made may be gone. */
    private List<String> sources(ClaimedJob job) throws RunStopped {
        var folders = new ArrayList<String>();
        for (var source : job.sources()) {
            try {
                folders.add(registry.materialise(source.version()).toString());
            } catch (Problem problem) {
                throw new RunStopped(new RunEnd.Failed(new JobError(
                        "source_not_found",
                        "The adapter '%s', which this job makes another of, is gone: %s"
                                .formatted(source.model(), problem.message()),
                        JobSource.field(folders.size()))));
            }
        }
        return folders;
    }
}
