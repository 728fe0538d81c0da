package dev.tenon.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** Command-line arguments of the form {@code --name value}. */
final class Arguments {
    private final Map<String, String> values = new LinkedHashMap<>();

    /**
     * Reads the arguments over defaults.
     *
     * @param defaults name, value, name, value: with those of the engine the only names there are
     */
    Arguments(String[] given, String... defaults) {
        values.put("dtype", "auto");
        values.put("device", "auto");
        values.put("threads", "0");
        values.put("cache", System.getProperty("user.home") + "/.djl.ai");
        for (int i = 0; i < defaults.length; i += 2) {
            values.put(defaults[i], defaults[i + 1]);
        }
        for (int i = 0; i < given.length; i += 2) {
            String name = given[i].replaceFirst("^--", "");
            if (!given[i].startsWith("--") || !values.containsKey(name) || i + 1 == given.length) {
                throw new IllegalArgumentException(
                        "'%s' is not understood; use --name value with %s".formatted(given[i], values.keySet()));
            }
            values.put(name, given[i + 1]);
        }
    }

    String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no argument --%s among %s".formatted(name, values.keySet()));
        }
        return value;
    }

    int number(String name) {
        return Integer.parseInt(text(name));
    }
}
