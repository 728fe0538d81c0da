package dev.tenon.serving;

import dev.tenon.serving.deployment.Residence;
import java.util.HashMap;
import java.util.Map;

/**
 * What somebody wants in memory.
 *
 * @param key names the content: equal keys share the memory
 * @param names what it is called, by the organisation that asked for it; {@link Residence#SHARED} for what is everybody's
 */
record Subject(String key, Residence.Kind kind, String digest, String baseModel, Map<String, String> names) {
    Subject {
        names = Map.copyOf(names);
    }

    /** The same for those who asked for the other one too. */
    Subject with(Subject other) {
        if (names.keySet().containsAll(other.names.keySet())) {
            return this;
        }
        var all = new HashMap<>(names);
        all.putAll(other.names);
        return new Subject(key, kind, digest, baseModel, all);
    }
}
