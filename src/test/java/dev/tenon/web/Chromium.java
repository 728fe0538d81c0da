package dev.tenon.web;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A headless Chromium of this machine; a test that opens it is skipped, saying why, where there is none. */
final class Chromium implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");
    /** Where tests leave what they saw, for people to look at. */
    static final Path PICTURES = Path.of("target", "screenshots");

    /** Milliseconds: no promise about speed, only the bound on a machine that has other work. */
    private static final double SLOW = 60_000;

    private final Playwright playwright;
    private final Browser browser;
    /** Errors of any page: exceptions, and whatever the content policy refused. */
    final List<String> errors = new CopyOnWriteArrayList<>();

    private Chromium(Playwright playwright, Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    static Chromium launch() {
        assumeTrue(
                Files.isExecutable(PROGRAM),
                "The browser tests need %s ('apt-get install chromium'); they did not run".formatted(PROGRAM));
        PlaywrightAssertions.setDefaultAssertionTimeout(SLOW);
        var playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        var browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(PROGRAM)
                        .setHeadless(true)
                        .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
        return new Chromium(playwright, browser);
    }

    Page page(ColorScheme scheme, int width, int height) {
        var page = browser.newContext(new Browser.NewContextOptions()
                        .setColorScheme(scheme)
                        .setViewportSize(width, height)
                        .setReducedMotion(com.microsoft.playwright.options.ReducedMotion.REDUCE))
                .newPage();
        page.setDefaultTimeout(SLOW);
        page.onPageError(error -> errors.add("exception: " + error));
        page.onConsoleMessage(this::heard);
        page.onDialog(dialog -> {
            errors.add("dialog: " + dialog.message());
            dialog.dismiss();
        });
        return page;
    }

    /** A page that is signed in and stands on the overview. */
    Page signedIn(String address, String key, ColorScheme scheme, int width, int height) {
        var page = page(scheme, width, height);
        page.navigate(address + "/login");
        page.getByLabel("API key").fill(key);
        page.getByLabel("API key").press("Enter");
        page.waitForURL(address + "/**");
        page.locator("main h1").waitFor();
        return page;
    }

    static void picture(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(name + ".png"))
                .setFullPage(true));
    }

    private void heard(ConsoleMessage message) {
        boolean ours = message.type().equals("error")
                // an answer of 4xx is part of several tests, and the browser reports each
                && !message.text().startsWith("Failed to load resource");
        if (ours || message.text().contains("Content Security Policy")) {
            errors.add(message.text());
        }
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
