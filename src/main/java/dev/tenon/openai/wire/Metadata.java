package dev.tenon.openai.wire;

import java.util.LinkedHashMap;
import java.util.Map;

/** The {@code metadata} that clients attach to what they make: at most 16 short texts by name. */
public final class Metadata {
    private static final int PAIRS = 16;

    private Metadata() {}

    public static Map<String, String> read(Body body) {
        var metadata = body.object("metadata");
        if (metadata == null) {
            return Map.of();
        }
        int given = metadata.names().size();
        if (given > PAIRS) {
            throw body.refuse(
                    "metadata",
                    "object_above_max_properties",
                    "'metadata' may have %d pairs, not %d.".formatted(PAIRS, given));
        }
        var pairs = new LinkedHashMap<String, String>();
        for (var key : metadata.names()) {
            if (key.isEmpty() || key.length() > 64) {
                throw body.refuse("metadata", "invalid_value", "A key of 'metadata' must have 1 to 64 characters.");
            }
            var value = metadata.text(key, 0, 512);
            if (value != null) {
                pairs.put(key, value);
            }
        }
        return pairs;
    }
}
