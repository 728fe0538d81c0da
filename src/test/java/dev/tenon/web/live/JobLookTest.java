package dev.tenon.web.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.job.JobEventView;
import dev.tenon.job.MetricSeries.StepPoint;
import org.junit.jupiter.api.Test;

/** Promise: who comes back gets exactly what was missed. */
class JobLookTest {
    private final RecordedJob job = new RecordedJob();
    private final JobLook look = new JobLook(job.api(), RecordedJob.TENANT, RecordedJob.ID);

    @Test
    void whoComesBackGetsWhatWasMissedAndNoMore() {
        job.event("created");
        job.step(1, 3.0);
        job.step(2, 2.5);
        var cursor = LiveCursor.START.after(look.catchUp(LiveCursor.START));
        job.event("checkpoint");
        job.step(3, 2.2);

        var missed = look.catchUp(cursor);
        assertThat(missed.steps()).extracting(StepPoint::step).containsExactly(3);
        assertThat(missed.events()).extracting(JobEventView::message).containsExactly("checkpoint");
        assertThat(missed.rewind()).isNull();
        assertThat(cursor.after(missed)).isEqualTo(new LiveCursor(2, 3));
    }

    @Test
    void aLateEvaluationOfTheNewestStepIsSeen() {
        job.step(1, 3.0);
        job.step(2, 2.5);
        var cursor = LiveCursor.START.after(look.catchUp(LiveCursor.START));
        job.evaluation(2, false);
        assertThat(look.next(cursor).evaluations()).hasSize(1);
    }

    @Test
    void theLastLookBringsEveryEvaluationAgain() {
        job.step(1, 3.0);
        job.step(50, 1.0);
        var cursor = LiveCursor.START.after(look.catchUp(LiveCursor.START));
        job.evaluation(1, false); // the best checkpoint, measured on the whole file at the end
        job.end();
        var last = look.next(cursor);
        assertThat(last.last()).isTrue();
        assertThat(last.evaluations()).hasSize(1);
    }

    @Test
    void aJobThatFellBackSaysFromWhere() {
        job.step(1, 3.0);
        job.step(2, 2.5);
        job.step(3, 2.2);
        var cursor = LiveCursor.START.after(look.catchUp(LiveCursor.START));
        job.fallBackTo(1);
        var update = look.next(cursor);
        assertThat(update.rewind()).isEqualTo(1);
        cursor = cursor.after(update);
        assertThat(cursor.step()).isEqualTo(1);
        job.step(2, 2.4);
        assertThat(look.next(cursor).steps()).extracting(StepPoint::step).containsExactly(2);
    }
}
