package dev.tenon.serving;

import dev.tenon.model.BaseModelView;
import dev.tenon.model.Quantisation;
import dev.tenon.serving.deployment.Residence;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /** A base in a form, null where it is dense; it is everybody's. */
    static Subject base(Residence.Kind kind, BaseModelView view, @Nullable Quantisation form) {
        var suffix = Quantisation.suffix(form);
        var content = view.digest() + suffix;
        return new Subject(content, kind, content, view.name(), Map.of(Residence.SHARED, view.name() + suffix));
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
