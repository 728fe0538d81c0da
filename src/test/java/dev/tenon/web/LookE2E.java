package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages fit every width, and their text can be read in both colour schemes (WCAG 2.2 AA). */
class LookE2E extends BrowserTest {
    private static final List<String> PATHS = List.of(
            "/",
            "/datasets",
            "/jobs",
            "/jobs/new",
            "/methods",
            "/methods/lora",
            "/methods/compare?id=lora",
            "/methods/recommend",
            "/adapters",
            "/deployments",
            "/playground",
            "/keys",
            "/jobs/ftjob-none",
            "/login");

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void everyPageFitsAndCanBeRead(ColorScheme scheme) throws Exception {
        var contrast = Files.readString(Path.of("src/test/resources/web/contrast.js"));
        for (int width : List.of(390, 768, 1360)) {
            var page = signedIn(scheme, width, 900);
            for (var path : PATHS) {
                Assertions.assertThat(page.navigate(address() + path).status())
                        .as(path)
                        .isLessThan(500);
                Assertions.assertThat(page.evaluate(
                                "document.documentElement.scrollWidth - document.documentElement.clientWidth"))
                        .as("%s is too wide at %d", path, width)
                        .isEqualTo(0);
                Assertions.assertThat((List<?>) page.evaluate(contrast))
                        .as("text of %s that is hard to read (%s)", path, scheme)
                        .isEmpty();
                Chromium.picture(page, "%s-%d%s".formatted(scheme, width, path.replaceAll("[^a-z]", "-")));
            }
            page.context().close();
        }
    }

    @Test
    void theTabsOfANarrowPageAreOneRow() {
        var page = signedIn(ColorScheme.LIGHT, 390, 900);
        page.navigate(address() + "/jobs");
        Assertions.assertThat(
                        page.evaluate(
                                "new Set([...document.querySelectorAll('nav[aria-label=Main] a')].map(tab => tab.offsetTop)).size"))
                .isEqualTo(1);
        page.context().close();
    }

    @Test
    void aChosenSchemeStaysAcrossPagesAndReloads() {
        var page = signedIn(ColorScheme.LIGHT, 1280, 900);
        var toggle = page.locator("[data-theme-toggle]");
        String light = ground(page);
        toggle.click();
        toggle.click();
        assertThat(toggle).containsText("Dark");
        String dark = ground(page);
        // at once: people who ask for less motion get no transition at all
        Assertions.assertThat(dark).isNotEqualTo(light);
        page.navigate(address() + "/jobs");
        Assertions.assertThat(ground(page)).isEqualTo(dark);
        assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
        page.locator("[data-theme-toggle]").click();
        page.waitForFunction("dark => getComputedStyle(document.documentElement).backgroundColor !== dark", dark);
        assertThat(page.locator("html")).not().hasAttribute("data-theme", "dark");
    }

    @Test
    void anUnknownAddressHasAPageWithAWayBack() {
        var page = signedIn();
        var answer = page.navigate(address() + "/nowhere");
        Assertions.assertThat(answer.status()).isEqualTo(404);
        assertThat(page.locator("h1")).hasText("There is nothing here");
        page.getByText("Go to the overview").click();
        assertThat(page.locator("h1")).hasText("Overview");
    }

    private static String ground(Page page) {
        return (String) page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    }
}
