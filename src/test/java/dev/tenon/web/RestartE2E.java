package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.files.FileCreateParams;
import com.openai.models.files.FilePurpose;
import com.openai.models.finetuning.jobs.JobCreateParams;
import java.io.IOException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** An open job page outlives a pause and a restart of the server: it says so, comes back by itself, and shows the whole run. */
class RestartE2E {
    private static final HasTextOptions LONG = new HasTextOptions().setTimeout(300_000);

    @Test
    void thePageComesBackByItselfAndTheJobGoesOn() throws IOException, InterruptedException {
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

            press(page, "Pause");
            assertThat(page.locator("[data-phase]")).hasText("paused", LONG);
            assertThat(page.locator("[data-badge]")).hasText("queued");
            press(page, "Resume");
            assertThat(page.locator("[data-badge]")).hasText("running", LONG);

            tenon.stop();
            assertThat(page.locator("[data-link]"))
                    .hasText("reconnecting – nothing is lost", new HasTextOptions().setTimeout(60_000));
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

    private static void press(Page page, String button) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(button))
                .click();
    }

    private static String job(RunningTenon tenon) {
        var client = OpenAIOkHttpClient.builder()
                .baseUrl(tenon.address() + "/v1")
                .apiKey(RunningTenon.KEY)
                .build();
        var file = client.files()
                .create(FileCreateParams.builder()
                        .file(SampleData.TRAINING)
                        .purpose(FilePurpose.FINE_TUNE)
                        .build());
        return client.fineTuning()
                .jobs()
                .create(JobCreateParams.builder()
                        .model("tenon-base-7m")
                        .trainingFile(file.id())
                        .suffix("restart")
                        .seed(7)
                        .hyperparameters(JobCreateParams.Hyperparameters.builder()
                                .nEpochs(4)
                                .batchSize(4)
                                .build())
                        .build())
                .id();
    }
}
