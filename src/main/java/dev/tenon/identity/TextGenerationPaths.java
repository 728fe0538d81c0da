package dev.tenon.identity;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;

/** Where programs speak as to LoRAX and Text Generation Inference, and read {@code {"error","error_type"}} of a failure. */
public final class TextGenerationPaths {
    public static final String GENERATE = "/generate";
    public static final String STREAM = "/generate_stream";
    public static final Set<String> ALL = Set.of(GENERATE, STREAM);

    private TextGenerationPaths() {}

    /** Also while the container forwards a failure to its error page. */
    public static boolean asked(HttpServletRequest request) {
        var failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        return ALL.contains(failed instanceof String path ? path : request.getRequestURI());
    }
}
