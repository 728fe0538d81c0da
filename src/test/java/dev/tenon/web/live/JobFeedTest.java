package dev.tenon.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.job.MetricSeries.StepPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One reader serves all watchers of a job, and each of them sees all of it. */
class JobFeedTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private final RecordedJob job = new RecordedJob();
    private final JobFeed feed = new JobFeed(new JobLook(job.api(), RecordedJob.TENANT, RecordedJob.ID));

    @Test
    void twoWatchersSeeEveryStepUntilTheEnd() throws InterruptedException {
        job.step(1, 3.0);
        assertThat(feed.join()).isTrue();
        assertThat(feed.join()).isTrue();
        long first = feed.newest();
        long second = feed.newest();
        job.step(2, 2.0);
        job.step(3, 1.5);
        job.end();
        assertThat(seenBy(first)).containsExactly(2, 3);
        assertThat(seenBy(second)).containsExactly(2, 3);
        assertThat(feed.join()).as("an ended feed takes nobody in").isFalse();
    }

    @Test
    void theLastToLeaveEndsIt() {
        feed.join();
        feed.join();
        feed.leave();
        assertThat(feed.closed()).isFalse();
        feed.leave();
        assertThat(feed.closed()).isTrue();
    }

    private List<Integer> seenBy(long from) throws InterruptedException {
        var steps = new ArrayList<Integer>();
        for (long seen = from; ; seen++) {
            var update = feed.await(seen, LONG);
            if (update == null) {
                return steps;
            }
            update.steps().stream().map(StepPoint::step).forEach(steps::add);
        }
    }
}
