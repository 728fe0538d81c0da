package dev.tenon.boot;

import dev.tenon.boot.postgres.EmbeddedDatabase;
import dev.tenon.core.Cursor;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.identity.IdentityApi;
import dev.tenon.identity.Tenant;
import dev.tenon.job.CreateJob;
import dev.tenon.job.JobApi;
import dev.tenon.job.JobView;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/**
 * Shows the main job at the first start: in an empty embedded database it loads the shipped sample, tunes the shipped
 * base model on it and follows that job on the console. An interrupted run is followed again at the next start.
 */
@Component
@ConditionalOnBooleanProperty("tenon.sample")
class SampleRun {
    private static final String BASE = "tenon-base-7m";
    private static final String TRAINING = "sample/train.jsonl";
    private static final String VALIDATION = "sample/valid.jsonl";
    private static final Map<String, String> MARK = Map.of("tenon_sample", "first-start");

    private final ObjectProvider<EmbeddedDatabase> embedded;
    private final IdentityApi identity;
    private final DatasetApi datasets;
    private final JobApi jobs;
    private final JobFollower follower;

    SampleRun(
            ObjectProvider<EmbeddedDatabase> embedded,
            IdentityApi identity,
            DatasetApi datasets,
            JobApi jobs,
            JobFollower follower) {
        this.embedded = embedded;
        this.identity = identity;
        this.datasets = datasets;
        this.jobs = jobs;
        this.follower = follower;
    }

    @EventListener
    @Order(3)
    void ready(ApplicationReadyEvent event) {
        if (embedded.getIfAvailable() != null
                && event.getApplicationContext() instanceof WebServerApplicationContext web
                && web.getWebServer() != null) {
            var address = Address.of(web);
            Thread.ofVirtual().name("sample").start(() -> run(address));
        }
    }

    private void run(String address) {
        try {
            var tenant = identity.systemTenant(identity.firstOrganisationId());
            var job = begun(tenant).or(() -> begin(tenant));
            if (job.isPresent()) {
                follower.follow(tenant, job.get(), address);
            }
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(SampleRun.class).warn("The sample was not tuned: {}", e.getMessage(), e);
        }
    }

    /** A sample job that an earlier start began and nobody has seen the end of. */
    private Optional<JobView> begun(Tenant tenant) {
        return jobs.list(tenant, newest(), MARK).items().stream()
                .filter(job -> !job.status().finished())
                .findFirst();
    }

    private Optional<JobView> begin(Tenant tenant) {
        if (!datasets.list(tenant, null, newest()).items().isEmpty()
                || !jobs.list(tenant, newest(), null).items().isEmpty()) {
            return Optional.empty();
        }
        var training = upload(tenant, TRAINING);
        var validation = new ClassPathResource(VALIDATION).exists() ? upload(tenant, VALIDATION) : null;
        System.out.println(
                "  Tuning " + BASE + " on the sample dataset (TENON_SAMPLE=false in the environment leaves this out).");
        return Optional.of(jobs.create(tenant, request(training, validation)));
    }

    private String upload(Tenant tenant, String resource) {
        var name = "sample-" + resource.substring(resource.lastIndexOf('/') + 1);
        try (var content = new ClassPathResource(resource).getInputStream()) {
            return datasets.upload(tenant, name, "fine-tune", content, null).id();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static CreateJob request(String training, @Nullable String validation) {
        return new CreateJob(
                BASE, training, validation, "sample", 1L, MARK, Map.of("method", "lora"), null, null, null, null, null);
    }

    private static Cursor newest() {
        return new Cursor(null, 1, Cursor.Order.DESC);
    }
}
