package dev.tenon.worker;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import java.time.LocalDateTime;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.stereotype.Component;

/**
 * What the batch repository knows of a job's flow. Its own launcher refuses to go on from an execution that looks
 * running, or whose end could not be written; we hold the lease, so whoever left it so is dead or fenced off.
 */
@Component
@OnRole(Role.WORKER)
class FlowHistory {
    private final JobRepository repository;

    FlowHistory(JobRepository repository) {
        this.repository = repository;
    }

    /** The execution of the next attempt; every earlier one is over. Call it only while the lease is held. */
    JobExecution next(String jobId) {
        var parameters = new JobParametersBuilder()
                .addString(TrainingFlow.JOB_PARAMETER, jobId)
                .toJobParameters();
        var known = repository.getJobInstance(TrainingFlow.NAME, parameters);
        var instance = known == null ? repository.createJobInstance(TrainingFlow.NAME, parameters) : known;
        repository.getJobExecutions(instance).forEach(this::settle);
        return repository.createJobExecution(instance, parameters, new ExecutionContext());
    }

    private void settle(JobExecution execution) {
        for (var step : execution.getStepExecutions()) {
            if (open(step.getStatus())) {
                step.setStatus(BatchStatus.FAILED);
                step.setExitStatus(ExitStatus.FAILED);
                step.setEndTime(LocalDateTime.now());
                repository.update(step);
            }
        }
        if (open(execution.getStatus())) {
            execution.setStatus(BatchStatus.FAILED);
            execution.setExitStatus(ExitStatus.FAILED);
            execution.setEndTime(LocalDateTime.now());
            repository.update(execution);
        }
    }

    private static boolean open(BatchStatus status) {
        return status.isRunning() || status == BatchStatus.UNKNOWN;
    }
}
