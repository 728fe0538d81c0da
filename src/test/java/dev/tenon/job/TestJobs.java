package dev.tenon.job;

import dev.tenon.core.Ids;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A hand that puts jobs into the tables and looks at what became of them. */
public final class TestJobs {
    private final JdbcClient jdbc;

    public TestJobs(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    public String organisation() {
        var id = Ids.next("org_");
        jdbc.sql("insert into organisation (id, name) values (:id, :id)")
                .param("id", id)
                .update();
        return id;
    }

    public String add(String organisation, String trainingFile) {
        return add(organisation, trainingFile, 0, 0);
    }

    /** A queued job; {@code age} orders the jobs of a test, larger is older. */
    public String add(String organisation, String trainingFile, int priority, int age) {
        var id = Ids.next("ftjob-");
        jdbc.sql("""
                        insert into job (id, org_id, created_by, status, model, base_model, base_digest, training_file,
                            training_digest, seed, method_id, adapter, requested, hyperparameters, adapter_name,
                            target_model, priority, queued_at, total_steps)
                        values (:id, :org, 'user', 'QUEUED', 'base', 'base', 'd', :file, 'd', 1, 'lora',
                            '{"method":"lora"}', '{}', cast(:hyper as jsonb), 'a', 'ft:' || :id, :priority,
                            now() - :age * interval '1 second', 100)
                        """)
                .param("id", id)
                .param("org", organisation)
                .param("file", trainingFile)
                .param("hyper", """
                        {"epochs":1,"batchSize":1,"maxLength":8,"learningRate":0.1,"schedule":"constant",
                         "warmupRatio":0,"weightDecay":0,"gradientClip":1,"gradientAccumulation":1,"seed":1,
                         "checkpointEverySteps":1,"evaluateEverySteps":1,"maxEvaluationDocuments":1}""")
                .param("priority", priority)
                .param("age", age)
                .update();
        return id;
    }

    /** What {@code JobApi.cancel} writes. */
    public void cancel(String id) {
        jdbc.sql("update job set status = 'CANCELLED', finished_at = now(), lease_owner = null where id = :id")
                .param("id", id)
                .update();
    }

    /** As if the worker had been silent for longer than its lease. */
    public void expire(String id) {
        jdbc.sql("update job set lease_until = now() - interval '1 second' where id = :id")
                .param("id", id)
                .update();
    }

    /** No job of an earlier test is in the way. */
    public void clear() {
        jdbc.sql("update job set status = 'CANCELLED', finished_at = now(), lease_owner = null"
                        + " where status in ('QUEUED', 'RUNNING')")
                .update();
    }

    public String column(String id, String column) {
        return String.valueOf(jdbc.sql("select " + column + " from job where id = :id")
                .param("id", id)
                .query((row, number) -> row.getString(1))
                .single());
    }

    public boolean finished(String id) {
        return JobStatus.valueOf(column(id, "status")).finished();
    }

    public List<String> messages(String id) {
        return jdbc.sql("select message from job_event where job_id = :id order by sequence")
                .param("id", id)
                .query(String.class)
                .list();
    }

    public List<Double> losses(String id) {
        return jdbc.sql("select loss from job_metric where job_id = :id and kind = 'step' order by step")
                .param("id", id)
                .query(Double.class)
                .list();
    }

    /** Rows of {@code "table where …"}. */
    public long count(String of) {
        return jdbc.sql("select count(*) from " + of).query(Long.class).single();
    }
}
