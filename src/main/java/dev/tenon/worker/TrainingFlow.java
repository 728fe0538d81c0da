package dev.tenon.worker;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The flow of every job: prepare, train, evaluate, package; a restart goes on with the step that did not finish. */
@Configuration(proxyBeanMethods = false)
@OnRole(Role.WORKER)
class TrainingFlow {
    static final String NAME = "fine-tuning";
    static final String JOB_PARAMETER = "job";

    private final JobRepository repository;

    TrainingFlow(JobRepository repository) {
        this.repository = repository;
    }

    @Bean
    Job fineTuning(Phases phases, Packaging packaging) {
        return new JobBuilder(NAME, repository)
                // again in every attempt: its files are local to the attempt's folder
                .start(step("prepare", true, phases::prepare))
                .next(step("train", false, phases::train))
                .next(step("evaluate", false, phases::evaluate))
                .next(step("package", false, packaging::run))
                .build();
    }

    /** What a step does with its run. */
    private interface Phase {
        void run(JobRun run) throws RunStopped;
    }

    /** Without a database transaction around it: a phase may take hours, and writes in small commits of its own. */
    private Step step(String name, boolean always, Phase phase) {
        return new StepBuilder(name, repository)
                .allowStartIfComplete(always)
                .tasklet((contribution, context) -> {
                    var run = JobRun.CURRENT.get();
                    run.check();
                    phase.run(run);
                    return RepeatStatus.FINISHED;
                })
                .build();
    }
}
