package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.ColorScheme;
import dev.tenon.dataset.DatasetApi;
import dev.tenon.identity.IdentityApi;
import dev.tenon.job.CreateJob;
import dev.tenon.job.JobApi;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** An open job page outlives a restart of the server: it says so, comes back by itself, and shows the whole run. */
class RestartE2E {
    private static final HasTextOptions LONG = new HasTextOptions().setTimeout(300_000);

    @Test
    void thePageComesBackByItselfAndTheJobGoesOn() throws IOException {
        try (var chromium = Chromium.launch();
                var tenon = RunningTenon.start()) {
            var page = chromium.signedIn(tenon.address(), RunningTenon.KEY, ColorScheme.DARK, 1280, 900);
            page.navigate(tenon.address() + "/jobs/" + job(tenon));
            assertThat(page.locator("[data-loss-now]"))
                    .containsText(
                            "training",
                            new com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions()
                                    .setTimeout(120_000));
            String first = page.locator("[data-log] li").first().getAttribute("data-sequence");

            tenon.stop();
            assertThat(page.locator("[data-link]")).hasText("reconnecting – nothing is lost", LONG);
            Chromium.picture(page, "job-reconnecting");
            tenon.startAgain();

            assertThat(page.locator("[data-badge]")).hasText("succeeded", LONG);
            Assertions.assertThat(page.locator("[data-log] li").first().getAttribute("data-sequence"))
                    .isEqualTo(first);
            assertThat(page.locator("[data-result]")).isVisible();
            page.navigate(tenon.address() + "/");
            assertThat(page.locator("main h1")).hasText("Overview"); // still signed in
        }
    }

    private static String job(RunningTenon tenon) throws IOException {
        var identity = tenon.bean(IdentityApi.class);
        var tenant = identity.systemTenant(identity.firstOrganisationId());
        try (var content = Files.newInputStream(SampleData.TRAINING)) {
            var file = tenon.bean(DatasetApi.class).upload(tenant, "train.jsonl", "fine-tune", content, null);
            return tenon.bean(JobApi.class)
                    .create(
                            tenant,
                            new CreateJob(
                                    "tenon-base-7m",
                                    file.id(),
                                    null,
                                    "restart",
                                    7L,
                                    Map.of(),
                                    Map.of("method", "lora", "rank", 4),
                                    4,
                                    4,
                                    null,
                                    null))
                    .id();
        }
    }
}
