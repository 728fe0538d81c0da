package dev.tenon.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Promise: a job moves only along the arrows of the protocol, and what has ended stays ended. */
class JobStatusTest {
    private static final Map<JobStatus, Set<JobStatus>> ARROWS = Map.of(
            JobStatus.VALIDATING_FILES, EnumSet.of(JobStatus.QUEUED, JobStatus.FAILED, JobStatus.CANCELLED),
            JobStatus.QUEUED, EnumSet.of(JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELLED),
            JobStatus.RUNNING, EnumSet.of(JobStatus.QUEUED, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED),
            JobStatus.SUCCEEDED, EnumSet.noneOf(JobStatus.class),
            JobStatus.FAILED, EnumSet.noneOf(JobStatus.class),
            JobStatus.CANCELLED, EnumSet.noneOf(JobStatus.class));

    @Test
    void theArrowsAreExactlyThese() {
        for (var status : JobStatus.values()) {
            assertThat(status.next()).as("after %s", status).isEqualTo(ARROWS.get(status));
        }
    }

    @Test
    void onlyThreeStatesAreFinal() {
        assertThat(Arrays.stream(JobStatus.values()).filter(JobStatus::finished))
                .containsExactlyInAnyOrder(JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED);
    }

    @Test
    void theWordsAreThoseOfTheWire() {
        assertThat(Arrays.stream(JobStatus.values()).map(JobStatus::wire))
                .containsExactly("validating_files", "queued", "running", "succeeded", "failed", "cancelled");
    }

    @Test
    void guardsNameTheStatesBefore() {
        assertThat(JobStatus.before(JobStatus.CANCELLED)).containsExactly("VALIDATING_FILES", "QUEUED", "RUNNING");
        assertThat(JobStatus.before(JobStatus.SUCCEEDED)).containsExactly("RUNNING");
    }
}
