package dev.tenon.registry;

import dev.tenon.job.JobSucceeded;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Makes the version of a job that has succeeded, inside the very commit that says so. */
@Component
class JobResults {
    private final AdapterRows adapters;

    JobResults(AdapterRows adapters) {
        this.adapters = adapters;
    }

    @EventListener
    @Transactional(propagation = Propagation.MANDATORY)
    public void on(JobSucceeded job) {
        AdapterProof.flaw(job.adapter(), job.proof()).ifPresent(flaw -> {
            throw new IllegalStateException("Job " + job.jobId() + " has no proof: " + flaw);
        });
        adapters.add(new NewVersion(
                job.orgId(),
                job.adapterName(),
                job.fineTunedModel(),
                job.baseName(),
                job.baseDigest(),
                job.methodId(),
                job.adapter(),
                job.folderDigest(),
                job.bytes(),
                job.jobId(),
                job.lineage(),
                job.proof(),
                job.jobId()));
    }
}
