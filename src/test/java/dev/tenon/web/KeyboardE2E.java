package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Everything works without a mouse, and one always sees where one is. */
class KeyboardE2E extends BrowserTest {

    @Test
    void signsInMakesAndRevokesAKey() {
        var page = chromium.page(ColorScheme.LIGHT, 1280, 900);
        page.navigate(address() + "/login");
        assertThat(page.getByLabel("API key")).isFocused();
        page.keyboard().type(RunningTenon.KEY);
        page.keyboard().press("Enter");
        assertThat(page.locator("main h1")).hasText("Overview");

        page.keyboard().press("Tab");
        assertThat(page.getByText("Skip to the content")).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("main")).isFocused();

        page.navigate(address() + "/keys");
        tabTo(page, "#name");
        page.keyboard().type("by keyboard");
        page.keyboard().press("Enter");
        assertThat(page.locator("[data-secret]")).isVisible();
        var row = page.locator("tr", new Page.LocatorOptions().setHasText("by keyboard"));
        row.getByRole(AriaRole.BUTTON).focus();
        page.keyboard().press("Enter");
        assertThat(page.locator("dialog")).isVisible();
        page.keyboard().press("Escape");
        assertThat(page.locator("dialog")).isHidden();
        assertThat(row).not().containsText("revoked");
        row.getByRole(AriaRole.BUTTON).focus();
        page.keyboard().press("Enter");
        page.keyboard().press("Tab");
        page.keyboard().press("Enter");
        assertThat(row).containsText("revoked");
    }

    @Test
    void tabsObeyTheArrows() {
        var page = signedIn();
        page.locator("#tab-curl").focus();
        page.keyboard().press("ArrowRight");
        assertThat(page.locator("#tab-python")).isFocused();
        assertThat(page.locator("#panel-python")).isVisible();
        assertThat(page.locator("#panel-curl")).isHidden();
        page.keyboard().press("End");
        assertThat(page.locator("#panel-node")).isVisible();
    }

    @Test
    void everyStopOfTheTabKeyIsVisible() {
        var page = signedIn();
        for (var path : List.of("/", "/datasets", "/jobs", "/jobs/new", "/adapters", "/playground", "/keys")) {
            page.navigate(address() + path);
            for (int stop = 0; stop < 40; stop++) {
                page.keyboard().press("Tab");
                var seen = page.evaluate("""
                        () => {
                          const at = document.activeElement;
                          if (at === document.body) return 'end';
                          const shown = at.matches('input[type=file]') ? at.nextElementSibling : at;
                          const style = getComputedStyle(shown);
                          const name = at.getAttribute('aria-label') || at.textContent.trim() || at.title
                              || (at.labels && [...at.labels].map(l => l.textContent).join(' ').trim())
                              || at.getAttribute('aria-labelledby');
                          return (style.outlineStyle === 'none' ? 'no outline: ' : name ? 'ok' : 'no name: ') + at.outerHTML.slice(0, 120);
                        }""");
                Assertions.assertThat(String.valueOf(seen))
                        .as("stop %d of %s", stop, path)
                        .doesNotStartWith("no ");
                if ("end".equals(seen)) {
                    break;
                }
            }
        }
    }

    private static void tabTo(Page page, String selector) {
        for (int stop = 0; stop < 30; stop++) {
            page.keyboard().press("Tab");
            if (Boolean.TRUE.equals(page.evaluate("s => document.activeElement.matches(s)", selector))) {
                return;
            }
        }
        Assertions.fail("The tab key does not reach " + selector);
    }
}
