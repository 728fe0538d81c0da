package dev.tenon.openai.client;

import static org.awaitility.Awaitility.await;

import dev.tenon.TenonIT;
import java.time.Duration;
import java.util.Set;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** The whole application over HTTP; the tests of the API share one context. */
@TenonIT
public abstract class ApiTest {
    /** The base model that the product ships. */
    protected static final String BASE = "tenon-base-7m";

    private static final Set<String> OVER = Set.of("succeeded", "failed", "cancelled");
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @LocalServerPort
    protected int port;

    protected ApiClient api() {
        return ApiClient.admin(port);
    }

    /** What stands at the path of a job or a composition once it has ended, well or not. */
    protected JsonNode ended(String path) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .until(
                        () -> ApiClient.json(api().get(path)),
                        view -> OVER.contains(view.get("status").asString()));
    }
}
