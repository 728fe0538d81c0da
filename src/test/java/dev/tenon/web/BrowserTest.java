package dev.tenon.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.tenon.TenonIT;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A browser before the whole application; no page may ever throw, ask, or break the content policy. */
@TenonIT
abstract class BrowserTest {
    @LocalServerPort
    int port;

    Chromium chromium;

    @BeforeEach
    void open() {
        chromium = Chromium.launch();
    }

    @AfterEach
    void close() {
        if (chromium != null) {
            var errors = List.copyOf(chromium.errors);
            chromium.close();
            assertThat(errors).as("what the pages complained about").isEmpty();
        }
    }

    String address() {
        return "http://localhost:" + port;
    }

    Page signedIn(ColorScheme scheme, int width, int height) {
        return chromium.signedIn(address(), RunningTenon.KEY, scheme, width, height);
    }

    Page signedIn() {
        return signedIn(ColorScheme.LIGHT, 1280, 900);
    }

    /** Uploads through the page and waits until the file is stored. */
    static void upload(Page page, String address, Path file) {
        page.navigate(address + "/datasets");
        page.locator("#file").setInputFiles(file);
        page.locator(
                        ".note.good",
                        new Page.LocatorOptions().setHasText(file.getFileName().toString()))
                .waitFor();
    }
}
