package dev.tenon.worker;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.job.StaleLease;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.stereotype.Component;

/** Starts a run's flow, or takes it up where a worker that is gone has left it. */
@Component
@OnRole(Role.WORKER)
class FlowRunner {
    private static final Logger LOG = LoggerFactory.getLogger(FlowRunner.class);

    private final Job flow;
    private final JobOperator operator;
    private final JobRepository repository;

    FlowRunner(Job fineTuning, JobOperator operator, JobRepository repository) {
        this.flow = fineTuning;
        this.operator = operator;
        this.repository = repository;
    }

    /** Blocks until the run has ended, and says how. */
    RunEnd run(JobRun run) {
        try {
            var execution = launch(run.lease().jobId());
            if (execution.getStatus() == BatchStatus.COMPLETED) {
                return new RunEnd.Succeeded();
            }
            var reason = run.stopped();
            return reason != null ? reason : end(execution);
        } catch (JobExecutionException | RuntimeException e) {
            LOG.error("The flow of {} could not be run", run.lease().jobId(), e);
            return new RunEnd.Interrupted("The worker could not run the flow: " + e.getMessage());
        }
    }

    private JobExecution launch(String jobId) throws JobExecutionException {
        var parameters = new JobParametersBuilder()
                .addString(TrainingFlow.JOB_PARAMETER, jobId)
                .toJobParameters();
        var last = repository.getLastJobExecution(TrainingFlow.NAME, parameters);
        if (last == null) {
            return operator.start(flow, parameters);
        }
        // we hold the lease, so whoever left the execution "running" is dead or fenced off
        return operator.restart(last.isRunning() ? operator.recover(last) : last);
    }

    private static RunEnd end(JobExecution execution) {
        for (var failure : execution.getAllFailureExceptions()) {
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof RunStopped stopped) {
                    return stopped.end();
                }
                if (cause instanceof StaleLease) {
                    return new RunEnd.LeaseLost();
                }
            }
        }
        var failures = execution.getAllFailureExceptions();
        var detail = failures.isEmpty()
                ? execution.getExitStatus().getExitDescription()
                : failures.getFirst().toString();
        return new RunEnd.Interrupted("The worker met an unexpected error: " + detail);
    }
}
