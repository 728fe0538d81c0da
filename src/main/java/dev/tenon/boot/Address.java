package dev.tenon.boot;

import org.springframework.boot.web.server.context.WebServerApplicationContext;

/** The address under which a person on this machine reaches us. */
final class Address {
    private Address() {}

    static String of(WebServerApplicationContext context) {
        var server = java.util.Objects.requireNonNull(context.getWebServer());
        return "http://localhost:" + server.getPort();
    }
}
