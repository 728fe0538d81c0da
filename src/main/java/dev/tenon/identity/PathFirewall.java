package dev.tenon.identity;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.web.firewall.FirewalledRequest;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/** Spring's strict firewall; model names under {@code /v1/models/} alone may contain an encoded slash. */
final class PathFirewall implements HttpFirewall {
    private static final String MODELS = "/v1/models/";

    private final StrictHttpFirewall strict = new StrictHttpFirewall();
    private final StrictHttpFirewall withSlashes = new StrictHttpFirewall();

    PathFirewall() {
        withSlashes.setAllowUrlEncodedSlash(true);
        withSlashes.setAllowUrlEncodedPercent(true); // Tomcat passes the %2F on as it is
    }

    @Override
    public FirewalledRequest getFirewalledRequest(HttpServletRequest request) {
        return (request.getRequestURI().startsWith(MODELS) ? withSlashes : strict).getFirewalledRequest(request);
    }

    @Override
    public HttpServletResponse getFirewalledResponse(HttpServletResponse response) {
        return strict.getFirewalledResponse(response);
    }
}
