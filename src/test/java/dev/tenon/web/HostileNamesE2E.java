package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Whatever people call their things, and whatever a model answers, is text: none of it ever runs. */
class HostileNamesE2E extends BrowserTest {
    private static final String IMAGE = "<img src=x onerror=window.hacked=1>";
    private static final String SCRIPT =
            "</textarea><script>window.hacked=2</script>\"'`${7*7}[[${7*7}]]__${7*7}__::.x";

    @Test
    void datasetsAndTheirExamples() throws IOException {
        var page = signedIn();
        var line = new JsonMapper()
                .writeValueAsString(Map.of(
                        "messages",
                        List.of(
                                Map.of("role", "user", "content", IMAGE + SCRIPT),
                                Map.of("role", "assistant", "content", SCRIPT + IMAGE))));
        var file = SampleData.file(IMAGE + ".jsonl", (line + "\n").repeat(12));
        upload(page, address(), file);
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Look at its examples"))
                .click();
        assertThat(page.locator("main h1")).hasText(IMAGE + ".jsonl");
        assertThat(page.locator(".bubble.user").first()).containsText(IMAGE + SCRIPT);
        assertThat(page.locator(".bubble.assistant").first()).containsText(SCRIPT + IMAGE);
        nothingRan(page);

        for (var path : List.of("/", "/datasets", "/jobs/new")) {
            page.navigate(address() + path);
            nothingRan(page);
        }
    }

    @Test
    void theReportOnARefusedFile() throws IOException {
        var page = signedIn();
        var good =
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n";
        var bad = "{\"messages\":[{\"role\":\"" + IMAGE
                + "\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}\n";
        page.navigate(address() + "/datasets");
        page.locator("#file").setInputFiles(SampleData.file("refused.jsonl", good.repeat(6) + bad));
        var report = page.locator("[data-refused]");
        assertThat(report).containsText("refused.jsonl was not stored");
        assertThat(report.locator("li").first()).containsText("Line 7");
        assertThat(report.locator("li").first()).containsText("role");
        assertThat(report.locator("li").first()).containsText("Fix:");
        Chromium.picture(page, "dataset-refused");
        nothingRan(page);
    }

    @Test
    void keysAndAdapterNames() {
        var page = signedIn();
        page.navigate(address() + "/keys");
        page.getByLabel("Name").fill(IMAGE + SCRIPT.substring(0, 40));
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Make the key"))
                .click();
        Assertions.assertThat(page.locator("[data-secret]").textContent()).startsWith("tenon-");
        assertThat(page.locator("tbody")).containsText(IMAGE);
        nothingRan(page);

        page.navigate(address() + "/jobs/new?suffix="
                + java.net.URLEncoder.encode(IMAGE + SCRIPT, java.nio.charset.StandardCharsets.UTF_8));
        Assertions.assertThat(page.getByLabel("Name of the adapter").inputValue())
                .isEqualTo(IMAGE + SCRIPT);
        nothingRan(page);
        page.navigate(address() + "/playground?model="
                + java.net.URLEncoder.encode(SCRIPT + IMAGE, java.nio.charset.StandardCharsets.UTF_8));
        nothingRan(page);
    }

    @Test
    void whatAModelAnswers() {
        var page = signedIn();
        page.route("**/v1/chat/completions", HostileNamesE2E::answer);
        page.navigate(address() + "/playground");
        page.getByLabel("Message", new Page.GetByLabelOptions().setExact(true)).fill(SCRIPT);
        page.keyboard().press("Enter");
        assertThat(page.locator("[data-lane='0'] .bubble.assistant")).containsText(IMAGE + SCRIPT);
        assertThat(page.locator("[data-lane='0'] .bubble.user")).containsText(SCRIPT);
        page.reload();
        assertThat(page.locator("[data-lane='0'] .bubble.assistant")).containsText(IMAGE + SCRIPT);
        nothingRan(page);
    }

    private static void answer(Route route) {
        var chunk = new JsonMapper()
                .writeValueAsString(Map.of(
                        "choices", List.of(Map.of("index", 0, "delta", Map.of("content", IMAGE + SCRIPT)))));
        route.fulfill(new Route.FulfillOptions()
                .setContentType("text/event-stream")
                .setBody("data: " + chunk + "\n\ndata: [DONE]\n\n"));
    }

    private static void nothingRan(Page page) {
        page.waitForLoadState();
        Assertions.assertThat(page.evaluate("window.hacked === undefined")).isEqualTo(true);
        Assertions.assertThat(page.locator("main img").count()).isZero();
        Assertions.assertThat(page.locator("main script").count()).isZero();
    }
}
