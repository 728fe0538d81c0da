package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The main job in a browser, on the shipped sample: a file goes in, a tuned model answers, and nothing is ever lost. */
class MainJobE2E {
    private static final LocatorAssertions.ContainsTextOptions SOON =
            new LocatorAssertions.ContainsTextOptions().setTimeout(180_000);
    private static final LocatorAssertions.HasTextOptions IN_THE_END =
            new LocatorAssertions.HasTextOptions().setTimeout(300_000);

    private static Chromium chromium;
    private static RunningTenon tenon;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        chromium = Chromium.launch();
        tenon = RunningTenon.start();
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        if (tenon != null) {
            tenon.close();
        }
        if (chromium != null) {
            chromium.close();
        }
    }

    @Test
    void aFileGoesInAndATunedModelAnswers() throws IOException {
        var page = chromium.signedIn(tenon.address(), RunningTenon.KEY, ColorScheme.LIGHT, 1360, 900);
        BrowserTest.upload(page, tenon.address(), SampleData.VALIDATION);
        BrowserTest.upload(page, tenon.address(), SampleData.TRAINING);
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("train on it"))
                .first()
                .click();

        start(page);
        assertThat(page.locator("[data-badge]")).hasText("running", IN_THE_END);
        assertThat(page.locator("[data-link]")).hasText("live");
        assertThat(page.locator("[data-loss-now]")).containsText("training", SOON);

        survivesAReloadAndASecondTab(page);

        assertThat(page.locator("[data-badge]")).hasText("succeeded", IN_THE_END);
        assertThat(page.locator("[data-result]")).isVisible();
        assertThat(page.locator("[data-model]")).containsText("ft:tenon-base-7m:");
        assertThat(page.locator("[data-link]")).hasText("finished");
        assertThat(page.locator("[data-chart=loss] canvas")).isVisible();
        Assertions.assertThat(loss(page, "Validation loss")).isLessThan(loss(page, "Base model’s loss"));
        Chromium.picture(page, "job-finished");

        compareInThePlayground(page);
        Chromium.picture(page, "playground");
        Assertions.assertThat(chromium.errors).isEmpty();
    }

    private static void start(Page page) {
        page.getByLabel("Validation file")
                .selectOption(page.locator("#f-validation_file option", optionsOf("valid"))
                        .getAttribute("value"));
        page.getByLabel("Name of the adapter").fill("ferry-clerk");
        page.getByLabel("Epochs").fill("3");
        page.getByLabel("Learning-rate multiplier").fill("3");
        assertThat(page.locator("#estimate-body")).containsText("Trained parameters", SOON);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Start the job"))
                .click();
        page.waitForURL("**/jobs/ftjob-*");
    }

    private static Page.LocatorOptions optionsOf(String text) {
        return new Page.LocatorOptions().setHasText(text);
    }

    private static void survivesAReloadAndASecondTab(Page page) {
        int lines = page.locator("[data-log] li").count();
        String first = page.locator("[data-log] li").first().getAttribute("data-sequence");
        page.reload();
        assertThat(page.locator("[data-loss-now]")).containsText("training", SOON);
        Assertions.assertThat(page.locator("[data-log] li").count()).isGreaterThanOrEqualTo(lines);
        Assertions.assertThat(page.locator("[data-log] li").first().getAttribute("data-sequence"))
                .isEqualTo(first);
        var second = page.context().newPage();
        second.navigate(page.url());
        assertThat(second.locator("[data-loss-now]")).containsText("training", SOON);
        second.close();
    }

    private static double loss(Page page, String name) {
        return Double.parseDouble(page.locator("[data-result] .facts div", optionsOf(name))
                .locator("dd")
                .first()
                .textContent());
    }

    private static void compareInThePlayground(Page page) throws IOException {
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Try it in the playground"))
                .click();
        page.waitForURL("**/playground?**");
        page.locator("#temperature").fill("0");
        page.locator("#max_tokens").fill("40");
        page.getByLabel("Message", new Page.GetByLabelOptions().setExact(true)).fill(SampleData.question());
        page.keyboard().press("Enter");
        var tuned = page.locator("[data-lane='0']");
        var base = page.locator("[data-lane='1']");
        assertThat(tuned.locator("[data-figures]")).containsText("tokens", SOON);
        assertThat(base.locator("[data-figures]")).containsText("tokens", SOON);
        String ours = answer(tuned);
        Assertions.assertThat(ours).isNotBlank().isNotEqualTo(answer(base));

        page.reload();
        Assertions.assertThat(answer(tuned)).as("after a reload").isEqualTo(ours);
    }

    private static String answer(Locator lane) {
        return lane.locator(".bubble.assistant").textContent();
    }
}
