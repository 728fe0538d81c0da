package dev.tenon.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.TenonContext;
import dev.tenon.TenonIT;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.json.JsonMapper;

/** Nothing but the sign-in page, its assets and the health probes is open; refusals are readable by programs. */
@TenonIT
class AccessIT {
    private static final String KEY = "Bearer " + TenonContext.ADMIN_KEY;

    @LocalServerPort
    int port;

    @Test
    void aProgramWithoutKeyGetsTheErrorObject() throws Exception {
        for (var path : new String[] {"/v1/models", "/v1/no/such/thing", "/api/v1/jobs"}) {
            var answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(401);
            assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
            var error = JsonMapper.shared().readTree(answer.body()).get("error");
            assertThat(error.propertyNames()).containsExactlyInAnyOrder("message", "type", "param", "code");
            assertThat(error.get("code").asString()).isEqualTo("invalid_api_key");
        }
    }

    @Test
    void aWrongKeyIsRefusedAndARightOneIsNot() throws Exception {
        assertThat(get("/v1/no-such-path", "Authorization", "Bearer tenon-wrong")
                        .statusCode())
                .isEqualTo(401);
        assertThat(get("/v1/no-such-path", "Authorization", KEY).statusCode()).isEqualTo(404);
    }

    @Test
    void peopleAreSentToTheSignInPage() throws Exception {
        var answer = get("/jobs");
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("location")).get().asString().endsWith("/login");
    }

    @Test
    void healthIsOpenAndEveryAnswerForbidsFramesAndInlineScripts() throws Exception {
        var answer = get("/actuator/health/liveness");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("x-frame-options")).hasValue("DENY");
        assertThat(answer.headers().firstValue("content-security-policy"))
                .get()
                .asString()
                .contains("script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
    }

    @Test
    void whoSendsSomethingWithoutAKeyIsToldSo() throws Exception {
        var answer = post("/v1/chat/completions", "application/json", "{}");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("\"code\":\"invalid_api_key\"", "You sent no API key");
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }

    @Test
    void encodedSlashesPassInModelNamesOnly() throws Exception {
        assertThat(get("/v1/models/a%2Fb", "Authorization", KEY).statusCode()).isEqualTo(404);
        assertThat(get("/v1/files/a%2Fb", "Authorization", KEY).statusCode()).isEqualTo(400);
        assertThat(get("/v1/models/..%2F..%2Fetc", "Authorization", KEY).statusCode())
                .isIn(400, 404);
    }

    @Test
    void aBrowserChangeNeedsTheToken() throws Exception {
        var answer = post("/login", "application/x-www-form-urlencoded", "password=" + TenonContext.ADMIN_KEY);
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith("/login?stale");
        assertThat(answer.headers().allValues("Set-Cookie"))
                .noneMatch(cookie -> cookie.startsWith(SessionCookies.COOKIE));
        var elsewhere = post("/keys", "application/x-www-form-urlencoded", "name=mine");
        assertThat(elsewhere.statusCode()).isEqualTo(302);
        assertThat(elsewhere.headers().firstValue("Location").orElseThrow()).endsWith("/login");
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Without key, cookie or token. */
    private HttpResponse<String> post(String path, String type, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(path))
                .header("content-type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
