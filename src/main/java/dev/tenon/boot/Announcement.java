package dev.tenon.boot;

import dev.tenon.core.OnRole;
import dev.tenon.core.Role;
import dev.tenon.identity.IdentityApi;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/** Says, at the end of the start, where the dashboard is, and once in a lifetime how to get in. */
@Component
@OnRole({Role.WEB, Role.SERVE})
class Announcement {
    private final IdentityApi identity;

    Announcement(IdentityApi identity) {
        this.identity = identity;
    }

    @EventListener
    @Order(1)
    void ready(ApplicationReadyEvent event) {
        if (!(event.getApplicationContext() instanceof WebServerApplicationContext web) || web.getWebServer() == null) {
            return;
        }
        System.out.print(text(Address.of(web), key()));
        System.out.flush();
    }

    private String key() {
        return identity.firstKey().map(issued -> """

                  API key (shown this once; sign in to the dashboard with it, too):
                    export TENON_API_KEY=%s
                """.formatted(issued.secret())).orElse("");
    }

    static String text(String address, String key) {
        return """

                  Tenon is running.
                  Dashboard  %s
                  API        %s/v1
                %s
                """.formatted(address, address, key);
    }
}
