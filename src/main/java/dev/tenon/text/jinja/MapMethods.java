package dev.tenon.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The methods of mappings that only read. */
final class MapMethods {
    private static final Set<String> NAMES = Set.of("items", "keys", "values", "get");

    private MapMethods() {}

    static boolean has(String name) {
        return NAMES.contains(name);
    }

    static Object call(Map<?, ?> map, String name, Args args, int line) {
        return switch (name) {
            case "items" -> items(map);
            case "keys" -> new ArrayList<Object>(map.keySet());
            case "values" -> new ArrayList<Object>(map.values());
            default -> {
                var value = map.get(Values.key(args.required(0, "key", line), line));
                yield value == null ? args.get(1, "default", Atom.NONE) : value;
            }
        };
    }

    static List<Object> items(Map<?, ?> map) {
        var items = new ArrayList<Object>(map.size());
        map.forEach((key, value) -> items.add(List.of(key, value)));
        return items;
    }
}
