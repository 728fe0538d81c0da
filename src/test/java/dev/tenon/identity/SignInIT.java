package dev.tenon.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import dev.tenon.TenonIT;
import jakarta.servlet.http.Cookie;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.web.servlet.MockMvc;

/** A browser signs in with a key, stays signed in across restarts, and is out when it or its key goes. */
@TenonIT
@AutoConfigureMockMvc
class SignInIT {
    @Autowired
    MockMvc browser;

    @Autowired
    IdentityApi identity;

    @Test
    void aKeyOpensASessionThatLivesInTheDatabase() throws Exception {
        var cookie = signIn(issue().secret());
        assertThat(cookie.isHttpOnly()).isTrue();
        assertThat(cookie.getAttribute("SameSite")).isEqualTo("Lax");
        assertThat(status(cookie)).isEqualTo(404); // signed in, and there is no such page
    }

    @Test
    void aRevokedKeyEndsItsSessions() throws Exception {
        var key = issue();
        var cookie = signIn(key.secret());
        identity.revokeKey(admin(), key.key().id());
        assertThat(status(cookie)).isEqualTo(302);
    }

    @Test
    void signingOutEndsTheSessionOnTheServer() throws Exception {
        var cookie = signIn(issue().secret());
        browser.perform(post("/logout").cookie(cookie).with(csrf()));
        assertThat(status(cookie)).isEqualTo(302);
    }

    @Test
    void aFormWhoseSessionHasEndedLeadsToSignInAndBack() throws Exception {
        for (var withToken : new boolean[] {true, false}) {
            var form = post("/adapters/bot/aliases")
                    .cookie(new Cookie(SessionCookies.COOKIE, "ended"))
                    .header("Referer", "http://localhost/adapters/bot?tab=2");
            var refused = browser.perform(withToken ? form.with(csrf()) : form)
                    .andReturn()
                    .getResponse();
            assertThat(refused.getStatus()).isEqualTo(302);
            assertThat(refused.getRedirectedUrl()).endsWith("/login");
            assertThat(wayBack(refused)).isEqualTo("/adapters/bot?tab=2");
        }
        var part = browser.perform(post("/adapters/bot/aliases")
                        .header("HX-Request", "true")
                        .header("HX-Current-URL", "http://localhost/adapters/bot"))
                .andReturn()
                .getResponse();
        assertThat(wayBack(part)).isEqualTo("/adapters/bot");
        var page = browser.perform(get("/jobs/1?tab=2").header("Accept", "text/html,*/*"))
                .andReturn()
                .getResponse();
        assertThat(wayBack(page)).isEqualTo("/jobs/1?tab=2");
        var stream = browser.perform(get("/live/jobs/1")
                        .header("Accept", "text/event-stream")
                        .header("Referer", "http://localhost/jobs/1"))
                .andReturn()
                .getResponse();
        assertThat(stream.getStatus()).isEqualTo(401);
        assertThat(wayBack(stream)).isEqualTo("/jobs/1");
    }

    @Test
    void whoeverIsSignedInNeedsTheTokenToo() throws Exception {
        var cookie = signIn(issue().secret());
        var refused = browser.perform(post("/keys").cookie(cookie).param("name", "mine"));
        assertThat(refused.andReturn().getResponse().getStatus()).isEqualTo(403);
    }

    @Test
    void nobodyIsLedToAnotherServer() throws Exception {
        for (var referer : List.of("//evil.example/x", "http://localhost//evil.example", "javascript:alert(1)")) {
            var refused = browser.perform(post("/keys").header("Referer", referer))
                    .andReturn()
                    .getResponse();
            assertThat(refused.getRedirectedUrl()).endsWith("/login");
            var cookie = refused.getCookie("TENON_BACK");
            assertThat(cookie == null ? "/" : wayBack(refused)).as(referer).matches("/[^/]*");
        }
        var forged = Base64.getUrlEncoder().encodeToString("//evil.example".getBytes(StandardCharsets.UTF_8));
        var response = browser.perform(post("/login")
                        .param("password", issue().secret())
                        .cookie(new Cookie("TENON_BACK", forged))
                        .with(csrf()))
                .andReturn()
                .getResponse();
        assertThat(response.getRedirectedUrl()).isEqualTo("/");
    }

    private String wayBack(MockHttpServletResponse refused) throws Exception {
        return Objects.requireNonNull(browser.perform(post("/login")
                        .param("password", issue().secret())
                        .cookie(Objects.requireNonNull(refused.getCookie("TENON_BACK")))
                        .with(csrf()))
                .andReturn()
                .getResponse()
                .getRedirectedUrl());
    }

    @Test
    void guessingIsSlowedDown() throws Exception {
        for (int i = 0; i < 10; i++) {
            attempt("tenon-guess-" + i, "203.0.113.9");
        }
        var good = issue().secret();
        assertThat(attempt(good, "203.0.113.9")).isNull();
        assertThat(attempt(good, "203.0.113.10")).isNotNull();
    }

    private Cookie signIn(String secret) throws Exception {
        return Objects.requireNonNull(attempt(secret, "203.0.113.1"));
    }

    private Cookie attempt(String secret, String address) throws Exception {
        return browser.perform(
                        post("/login").param("password", secret).with(csrf()).with(request -> {
                            request.setRemoteAddr(address);
                            return request;
                        }))
                .andReturn()
                .getResponse()
                .getCookie(SessionCookies.COOKIE);
    }

    private int status(Cookie cookie) throws Exception {
        return browser.perform(get("/no/such/page").cookie(cookie))
                .andReturn()
                .getResponse()
                .getStatus();
    }

    private IssuedKey issue() {
        return identity.issueKey(admin(), "browser", Tenant.Access.MEMBER, null);
    }

    private Tenant admin() {
        return identity.systemTenant(identity.firstOrganisationId());
    }
}
