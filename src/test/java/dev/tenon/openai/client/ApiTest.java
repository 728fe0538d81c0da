package dev.tenon.openai.client;

import dev.tenon.TenonIT;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The whole application over HTTP; the tests of the API share one context. */
@TenonIT
public abstract class ApiTest {
    /** The base model that the product ships. */
    protected static final String BASE = "tenon-base-7m";

    @LocalServerPort
    protected int port;

    protected ApiClient api() {
        return ApiClient.admin(port);
    }
}
