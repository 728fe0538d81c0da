package dev.tenon.web;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TenonIT;
import dev.tenon.identity.IdentityApi;
import dev.tenon.identity.Tenant;
import dev.tenon.openai.client.RandomLora;
import dev.tenon.registry.RegistryApi;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two people before the same aliases: nobody undoes what they have not seen, and each sees who did what. */
@TenonIT
class AliasesE2E extends BrowserTest {
    @Autowired
    RegistryApi registry;

    @Autowired
    IdentityApi identity;

    @Autowired
    JdbcClient database;

    @TempDir
    Path disk;

    private Tenant admin;
    private String name;

    @BeforeEach
    void threeVersions(TestInfo test) throws IOException {
        admin = identity.systemTenant(identity.firstOrganisationId());
        name = "moved" + test.getTestMethod().orElseThrow().getName().length();
        for (int version = 1; version <= 3; version++) {
            registry.importDirectory(
                    admin, name, "tenon-base-7m", RandomLora.write(disk.resolve("v" + version), version));
        }
        registry.setAlias(admin, name, "live", 1);
    }

    @Test
    void whoeverMovesAnAliasThatMovedMeanwhileIsToldAndDecides() {
        var page = signedIn();
        page.navigate(address() + "/adapters/" + name);
        var colleague = identity.authenticate(identity.issueKey(admin, "Amina's laptop", Tenant.Access.MEMBER, null)
                        .secret())
                .orElseThrow();
        registry.setAlias(colleague, name, "live", 2);
        page.locator("#alias").fill("live");
        page.locator("#version").selectOption("3");
        page.getByText("Point it there").click();
        var board = page.locator("#board");
        assertThat(board.locator(".note.bad")).containsText("points at version 2, not at version 1");
        assertThat(board.locator("tbody tr")).containsText("2");
        assertThat(board.locator(".history")).containsText("by Amina's laptop");
        assertThat(page.locator("#alias")).hasValue("live");
        assertThat(page.locator("#version")).hasValue("3");
        page.getByText("Point it there").click();
        assertThat(board.locator("tbody td[data-label=Version]")).hasText("3");
        assertThat(board.locator(".note.bad")).hasCount(0);

        registry.setAlias(colleague, name, "live", 1);
        board.getByText("Roll back").click();
        assertThat(board.locator(".note.bad")).containsText("points at version 1, not at version 3");
        registry.setAlias(colleague, name, "live", 2);
        board.getByText("Remove", new com.microsoft.playwright.Locator.GetByTextOptions().setExact(true))
                .click();
        page.locator("[data-confirm-yes]").click();
        assertThat(board.locator(".note.bad")).containsText("points at version 2, not at version 1");
        assertThat(registry.alias(admin, name, "live").version()).isEqualTo(2);
    }

    @Test
    void anExpiredSessionLeadsToSignInAndBack() {
        var page = signedIn();
        page.navigate(address() + "/adapters/" + name);
        database.sql("delete from web_session").update();
        page.context().clearCookies();
        page.locator("#alias").fill("live");
        page.getByText("Point it there").click();
        page.waitForURL(address() + "/login");
        page.locator("#key").fill(RunningTenon.KEY);
        page.locator("button.primary").click();
        page.waitForURL(address() + "/adapters/" + name);
        page.locator("#alias").fill("live");
        page.locator("#version").selectOption("2");
        page.getByText("Point it there").click();
        assertThat(page.locator("#board tbody td[data-label=Version]")).hasText("2");
    }
}
