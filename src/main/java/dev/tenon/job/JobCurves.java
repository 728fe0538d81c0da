package dev.tenon.job;

import dev.tenon.job.MetricSeries.EvaluationPoint;
import dev.tenon.job.MetricSeries.StepPoint;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The numbers of each training step and evaluation; a step that was redone after a restart replaces the first try. */
@Component
class JobCurves {
    private final JdbcClient jdbc;

    JobCurves(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void step(String jobId, StepReport step) {
        jdbc.sql("""
                        insert into job_metric (job_id, kind, step, epoch, loss, accuracy, learning_rate, gradient_norm,
                                                tokens_per_second, tokens)
                        values (:job, 'step', :step, :epoch, :loss, :accuracy, :rate, :norm, :speed, :tokens)
                        on conflict (job_id, kind, step, full_pass) do update set
                            epoch = excluded.epoch, loss = excluded.loss, accuracy = excluded.accuracy,
                            learning_rate = excluded.learning_rate, gradient_norm = excluded.gradient_norm,
                            tokens_per_second = excluded.tokens_per_second, tokens = excluded.tokens,
                            created_at = now()
                        """)
                .param("job", jobId)
                .param("step", step.step())
                .param("epoch", step.epoch())
                .param("loss", step.loss())
                .param("accuracy", step.accuracy())
                .param("rate", step.learningRate())
                .param("norm", step.gradientNorm())
                .param("speed", step.tokensPerSecond())
                .param("tokens", step.tokens())
                .update();
    }

    void evaluation(String jobId, EvaluationReport evaluation) {
        jdbc.sql("""
                        insert into job_metric (job_id, kind, step, full_pass, loss, accuracy)
                        values (:job, :kind, :step, :full, :loss, :accuracy)
                        on conflict (job_id, kind, step, full_pass) do update set
                            loss = excluded.loss, accuracy = excluded.accuracy, created_at = now()
                        """)
                .param("job", jobId)
                .param("kind", evaluation.base() ? "base" : "evaluation")
                .param("step", evaluation.step())
                .param("full", evaluation.full())
                .param("loss", evaluation.loss())
                .param("accuracy", evaluation.accuracy())
                .update();
    }

    MetricSeries series(String jobId, int afterStep) {
        var steps = jdbc.sql("""
                        select * from job_metric where job_id = :job and kind = 'step' and step > :after order by step
                        """)
                .param("job", jobId)
                .param("after", afterStep)
                .query((row, number) -> new StepPoint(
                        row.getInt("step"),
                        row.getDouble("epoch"),
                        row.getDouble("loss"),
                        number(row, "accuracy"),
                        row.getDouble("learning_rate"),
                        number(row, "gradient_norm"),
                        row.getDouble("tokens_per_second"),
                        at(row)))
                .list();
        // all of them: there are few, and the base's is at step 0
        var evaluations = jdbc.sql("""
                        select * from job_metric where job_id = :job and kind <> 'step' order by step, full_pass, kind
                        """)
                .param("job", jobId)
                .query((row, number) -> new EvaluationPoint(
                        row.getInt("step"),
                        row.getDouble("loss"),
                        number(row, "accuracy"),
                        row.getBoolean("full_pass"),
                        row.getString("kind").equals("base"),
                        at(row)))
                .list();
        return new MetricSeries(steps, evaluations);
    }

    private static @Nullable Double number(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    private static Instant at(ResultSet row) throws SQLException {
        return row.getObject("created_at", OffsetDateTime.class).toInstant();
    }
}
