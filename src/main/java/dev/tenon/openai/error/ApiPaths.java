package dev.tenon.openai.error;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;

/** Which requests belong to programs (JSON errors) and which to people (HTML error pages). */
final class ApiPaths {
    private ApiPaths() {}

    /** True under {@code /v1} and {@code /api}, also while the container forwards the failure to its error page. */
    static boolean isApi(HttpServletRequest request) {
        var failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        var path = failed instanceof String text ? text : request.getRequestURI();
        return under(path, "/v1") || under(path, "/api");
    }

    private static boolean under(String path, String root) {
        return path.equals(root) || path.startsWith(root + "/");
    }
}
