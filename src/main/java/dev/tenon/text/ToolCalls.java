package dev.tenon.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;

/** Tool calls as templates expect them. */
final class ToolCalls {
    private ToolCalls() {}

    /** OpenAI carries a call's arguments as a JSON string; chat templates print them as the object they are. */
    static Object withParsedArguments(Object calls) {
        if (!(calls instanceof List<?> list)) {
            return calls;
        }
        var parsed = new ArrayList<Object>();
        for (var call : list) {
            if (call instanceof Map<?, ?> fields && fields.get("function") instanceof Map<?, ?> function) {
                var copy = new LinkedHashMap<Object, Object>(fields);
                copy.put("function", function(function));
                parsed.add(copy);
            } else {
                parsed.add(call);
            }
        }
        return parsed;
    }

    /** For a template that knows no tools: the calls as the JSON text that the model is to say. */
    static String asText(Object calls) {
        var functions = new ArrayList<Object>();
        if (withParsedArguments(calls) instanceof List<?> list) {
            for (var call : list) {
                functions.add(
                        call instanceof Map<?, ?> fields && fields.get("function") != null
                                ? fields.get("function")
                                : call);
            }
        }
        return TokenizerFile.JSON.writeValueAsString(functions.size() == 1 ? functions.getFirst() : functions);
    }

    private static Object function(Map<?, ?> function) {
        var copy = new LinkedHashMap<Object, Object>(function);
        if (function.get("arguments") instanceof String text) {
            try {
                copy.put("arguments", TokenizerFile.JSON.readValue(text, Map.class));
            } catch (JacksonException e) {
                copy.put("arguments", text);
            }
        }
        return copy;
    }
}
