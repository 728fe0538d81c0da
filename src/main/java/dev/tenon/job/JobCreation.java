package dev.tenon.job;

import dev.tenon.core.Ids;
import dev.tenon.identity.Tenant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Stores a checked plan: the job, the snapshot of its settings and its first events, in one commit. */
@Component
class JobCreation {
    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final JobEvents events;
    private final JobJson json;

    JobCreation(JdbcClient jdbc, TransactionOperations transaction, JobEvents events, JobJson json) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.events = events;
        this.json = json;
    }

    /** The id of the new job, which is queued. */
    String store(Tenant tenant, JobPlan plan, JobEstimate estimate) {
        var id = Ids.next("ftjob-");
        transaction.executeWithoutResult(status -> {
            insert(tenant, id, plan, estimate);
            events.info(id, "Created fine-tuning job: " + id);
            events.info(id, "Validating training file: " + plan.training().id());
            if (plan.validation() != null) {
                events.info(
                        id, "Validating validation file: " + plan.validation().id());
            }
            estimate.warnings().forEach(warning -> events.append(id, "warn", "message", warning, null));
            // every line was checked at upload, so nothing is left to wait for
            jdbc.sql("update job set status = 'QUEUED', queued_at = now() where id = :id")
                    .param("id", id)
                    .update();
            events.info(id, "Files validated, moving job to queued state");
        });
        return id;
    }

    private void insert(Tenant tenant, String id, JobPlan plan, JobEstimate estimate) {
        var request = plan.request();
        var suffix = request.suffix() == null ? "" : request.suffix();
        var mark = Ids.letters(8).toLowerCase(Locale.ROOT);
        var base = plan.start().baseName();
        var validation = plan.validation();
        jdbc.sql("""
                        insert into job (id, org_id, created_by, status, model, base_model, base_digest,
                            initial_version_id, training_file, training_digest, validation_file, validation_digest,
                            suffix, seed, metadata, method_id, adapter, requested, hyperparameters, raw_method,
                            adapter_name, sources, target_model, total_steps)
                        select :id, o.id, :user, 'VALIDATING_FILES', :model, :base, :baseDigest,
                            :initial, :training, :trainingDigest, :validation, :validationDigest,
                            :suffix, :seed, cast(:metadata as jsonb), :method, cast(:adapter as jsonb),
                            cast(:requested as jsonb), cast(:hyper as jsonb), cast(:raw as jsonb), :adapterName,
                            cast(:sources as jsonb),
                            'ft:' || :base || ':' || trim(both '-' from regexp_replace(lower(o.name), '[^a-z0-9]+', '-', 'g'))
                                || ':' || :suffix || ':' || :mark, :steps
                        from organisation o where o.id = :org
                        """)
                .param("id", id)
                .param("org", tenant.orgId())
                .param("user", tenant.userId())
                .param("model", request.model())
                .param("base", base)
                .param("baseDigest", plan.start().baseDigest())
                .param("initial", plan.start().versionId())
                .param("training", plan.training().id())
                .param("trainingDigest", plan.training().digest())
                .param("validation", validation == null ? null : validation.id())
                .param("validationDigest", validation == null ? null : validation.digest())
                .param("suffix", suffix)
                .param("seed", plan.hyperparameters().seed())
                .param("metadata", json.write(request.metadata()))
                .param("method", plan.methodId())
                .param("adapter", json.write(plan.adapter()))
                .param("requested", json.write(requested(request)))
                .param("hyper", json.write(plan.hyperparameters()))
                .param("raw", json.writeNullable(request.rawMethod()))
                .param("adapterName", suffix.isEmpty() ? base + "-" + mark : suffix)
                .param("sources", json.write(plan.sources()))
                .param("mark", mark)
                .param("steps", estimate.totalSteps())
                .update();
    }

    private static Map<String, Object> requested(CreateJob request) {
        var requested = new LinkedHashMap<String, Object>();
        requested.put("n_epochs", request.epochs() == null ? "auto" : request.epochs());
        requested.put("batch_size", request.batchSize() == null ? "auto" : request.batchSize());
        requested.put(
                "learning_rate_multiplier",
                request.learningRateMultiplier() == null ? "auto" : request.learningRateMultiplier());
        requested.put("head_learning_rate", request.headLearningRate() == null ? "auto" : request.headLearningRate());
        return requested;
    }

    /** A seed for a request that names none; it is stored, so that the run can be repeated. */
    static long freshSeed() {
        return ThreadLocalRandom.current().nextLong(Integer.MAX_VALUE);
    }
}
