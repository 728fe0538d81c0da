package dev.tenon.openai.client;

import dev.tenon.TenonContext;
import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The dashboard's pages as a signed-in browser without scripts gets them. */
public final class SignedIn {
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final HttpClient http = HttpClient.newBuilder()
            .cookieHandler(new CookieManager())
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private final int port;

    private SignedIn(int port) {
        this.port = port;
    }

    /** Fills in the login form with the administrator's key. */
    public static SignedIn to(int port) throws IOException, InterruptedException {
        var browser = new SignedIn(port);
        var token = TOKEN.matcher(browser.get("/login"));
        if (!token.find()) {
            throw new IllegalStateException("the login form has no token");
        }
        browser.answered(browser.request("/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("username=key&password=%s&_csrf=%s"
                        .formatted(
                                TenonContext.ADMIN_KEY, URLEncoder.encode(token.group(1), StandardCharsets.UTF_8)))));
        return browser;
    }

    /** The HTML of a page that must be there. */
    public String get(String path) throws IOException, InterruptedException {
        return answered(request(path).GET());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private String answered(HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.uri() + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }
}
