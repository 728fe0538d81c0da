package dev.tenon.openai.tuning;

import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The list filter {@code metadata[key]=value}, or {@code metadata=null} for jobs without any. */
final class MetadataFilter {
    private MetadataFilter() {}

    /** Null: no filter; empty: only jobs without metadata. */
    static @Nullable Map<String, String> of(HttpServletRequest request) {
        if ("null".equals(request.getParameter("metadata"))) {
            return Map.of();
        }
        var wanted = new LinkedHashMap<String, String>();
        for (var name : request.getParameterMap().keySet()) {
            if (name.startsWith("metadata[") && name.endsWith("]")) {
                wanted.put(name.substring("metadata[".length(), name.length() - 1), request.getParameter(name));
            }
        }
        return wanted.isEmpty() ? null : wanted;
    }
}
