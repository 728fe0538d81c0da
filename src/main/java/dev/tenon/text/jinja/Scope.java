package dev.tenon.text.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of one block, and the block around it. */
final class Scope {
    private final @Nullable Scope outer;
    private final Map<String, Object> values = new HashMap<>();

    Scope(@Nullable Scope outer) {
        this.outer = outer;
    }

    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            var value = scope.values.get(name);
            if (value != null) {
                return value;
            }
        }
        return Atom.UNDEFINED;
    }

    void set(String name, Object value) {
        values.put(name, value);
    }
}
