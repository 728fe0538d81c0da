package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TenonIT;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.identity.IdentityApi;
import dev.tenon.job.CreateJob;
import dev.tenon.job.JobApi;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A job that failed is tried again with one click, or opened in the form to change something first. */
@TenonIT
class AgainE2E extends BrowserTest {
    @Autowired
    JobApi jobs;

    @Autowired
    DatasetApi datasets;

    @Autowired
    IdentityApi identity;

    @Autowired
    JdbcClient database;

    @Test
    void aFailedJobIsTriedAgainAsItWasAsked() throws IOException {
        var tenant = identity.systemTenant(identity.firstOrganisationId());
        var file =
                datasets.upload(tenant, "again.jsonl", "fine-tune", Files.newInputStream(SampleData.VALIDATION), null);
        var settings = Map.<String, Object>of("method", "lora", "rank", 4, "use_dora", true);
        var asked = new CreateJob(
                "tenon-base-7m",
                file.id(),
                null,
                "again",
                7L,
                Map.of("why", "test"),
                settings,
                1,
                null,
                0.5,
                null,
                null);
        var failed = jobs.create(tenant, asked).id();
        database.sql("update job set status = 'FAILED', error_code = 'worker_lost', error_message = 'It was lost.',"
                        + " lease_owner = null, lease_until = null, finished_at = now() where id = ?")
                .param(failed)
                .update();

        var page = signedIn();
        page.navigate(address() + "/jobs/" + failed);
        assertThat(page.locator("[data-error]")).hasText("It was lost.");
        assertThat(page.locator("[data-charts]")).isHidden();
        page.getByText("New job like this").click();
        assertThat(page.locator("#f-training_file")).hasValue(file.id());
        assertThat(page.locator("#f-suffix")).hasValue("again");
        assertThat(page.locator("#f-seed")).hasValue("7");
        assertThat(page.locator("#f-n_epochs")).hasValue("1");
        assertThat(page.locator("#f-batch_size")).hasValue("");
        assertThat(page.locator("#f-learning_rate_multiplier")).hasValue("0.5");
        assertThat(page.locator("#f-method")).hasValue("lora");
        assertThat(page.locator("#f-adapter-rank")).hasValue("4");
        assertThat(page.locator("#f-adapter-use_dora")).isChecked();
        assertThat(page.locator("#estimate-body")).containsText("Trained parameters");

        page.navigate(address() + "/jobs/" + failed);
        page.getByText("Try again").click();
        page.waitForURL(url -> url.contains("/jobs/ftjob-") && !url.endsWith(failed));
        var again = page.url().substring(page.url().lastIndexOf('/') + 1);
        assertThat(jobs.request(tenant, again)).isEqualTo(jobs.request(tenant, failed));
        assertThat(jobs.request(tenant, again).adapter()).containsAllEntriesOf(settings);
        if (!jobs.get(tenant, again).status().finished()) {
            jobs.cancel(tenant, again);
        }
    }
}
