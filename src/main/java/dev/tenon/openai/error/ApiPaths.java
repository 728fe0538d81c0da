package dev.tenon.openai.error;

import dev.tenon.identity.TextGenerationPaths;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;

/** Which requests belong to programs (JSON errors) and which to people (HTML error pages). */
final class ApiPaths {
    private ApiPaths() {}

    /** True under {@code /v1} and {@code /api} and for text generation, also while the container forwards the failure to its error page. */
    static boolean isApi(HttpServletRequest request) {
        var failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        var path = failed instanceof String text ? text : request.getRequestURI();
        return under(path, "/v1") || under(path, "/api") || TextGenerationPaths.ALL.contains(path);
    }

    private static boolean under(String path, String root) {
        return path.equals(root) || path.startsWith(root + "/");
    }
}
