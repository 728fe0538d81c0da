package dev.tenon.text.jinja;

import java.util.List;
import java.util.Map;

/** Evaluated arguments of a call. */
record Args(List<Object> positional, Map<String, Object> named) {
    static final Args NONE = new Args(List.of(), Map.of());

    /** The argument at a position or of a name; UNDEFINED when it was not given. */
    Object get(int position, String name) {
        if (position < positional.size()) {
            return positional.get(position);
        }
        return named.getOrDefault(name, Atom.UNDEFINED);
    }

    Object get(int position, String name, Object standard) {
        var value = get(position, name);
        return value == Atom.UNDEFINED ? standard : value;
    }

    boolean has(int position, String name) {
        return get(position, name) != Atom.UNDEFINED;
    }

    Object required(int position, String name, int line) {
        var value = get(position, name);
        if (value == Atom.UNDEFINED) {
            throw new TemplateException(line, "the argument '%s' is missing".formatted(name));
        }
        return value;
    }
}
