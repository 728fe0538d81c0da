package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import dev.tenon.TenonIT;
import dev.tenon.identity.IdentityApi;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.registry.RegistryApi;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;

/** The page of deployments follows what happens without being asked again. */
@TenonIT
class DeploymentsE2E extends BrowserTest {
    @Autowired
    RegistryApi registry;

    @Autowired
    IdentityApi identity;

    @TempDir
    Path disk;

    @Test
    void whatIsKeptIsSeenToArriveToFailAndToBeLetGo() throws IOException {
        var tenant = identity.systemTenant(identity.firstOrganisationId());
        registry.importDirectory(tenant, "kept", "tenon-base-7m", RandomLora.write(disk.resolve("good"), 41));
        registry.setAlias(tenant, "kept", "live", 1);
        var page = signedIn();
        page.navigate(address() + "/deployments");
        page.locator("#name").fill("nobody@live");
        page.locator("button.primary").click();
        assertThat(page.locator(".note.bad")).containsText("nobody@live");
        page.locator("#name").fill("kept@live");
        page.locator("button.primary").click();
        var wish = page.locator("section[aria-labelledby=kept-title] tbody tr");
        assertThat(wish).containsText("kept@live");
        assertThat(wish).containsText("ready");
        assertThat(wish).containsText("kept@1 on");
        assertThat(page.locator("section[aria-labelledby=replica-0]")).containsText("kept@1");

        registry.importDirectory(tenant, "kept", "tenon-base-7m", RandomLora.write(disk.resolve("idle"), 42, 0));
        registry.setAlias(tenant, "kept", "live", 2);
        assertThat(wish).containsText("failed");
        assertThat(wish).containsText("kept@1 on");
        assertThat(page.locator("section[aria-labelledby=events-title]")).containsText("deploy failed");

        page.navigate(address() + "/adapters/kept");
        page.locator("form[data-ask='Delete kept?'] button").click();
        page.locator("[data-confirm-yes]").click();
        assertThat(page.locator("dialog .note")).containsText("the deployment 'kept@live'");
        page.locator("[data-confirm-no]").click();
        page.navigate(address() + "/deployments");

        wish.getByText("Let go").click();
        page.locator("[data-confirm-yes]").click();
        assertThat(page.locator("section[aria-labelledby=kept-title]")).containsText("Nothing is kept for good.");

        registry.removeAlias(tenant, "kept", "live");
        page.navigate(address() + "/adapters/kept");
        page.locator("form[data-ask='Delete kept?'] button").click();
        page.locator("[data-confirm-yes]").click();
        page.waitForURL(address() + "/adapters");
        assertThat(page.locator("main")).not().containsText("kept");
    }
}
