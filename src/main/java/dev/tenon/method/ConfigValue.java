package dev.tenon.method;

import dev.tenon.core.Problem;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads the value of one setting, or says what it may be. */
final class ConfigValue {
    private static final int LONGEST_PATTERN = 1000;
    private static final int MOST_ENTRIES = 10_000;

    private final String field;
    private final Setting setting;

    private ConfigValue(String field, Setting setting) {
        this.field = field;
        this.setting = setting;
    }

    static Object read(String object, RecordComponent component, Object json) {
        var reader = new ConfigValue(object + "." + ConfigReader.jsonName(component), ConfigReader.setting(component));
        return reader.read(component.getGenericType(), json);
    }

    private Object read(Type type, Object json) {
        if (type == int.class || type == Integer.class) {
            return (int) whole(json, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == double.class || type == Double.class) {
            return number(json);
        }
        if (type == boolean.class && json instanceof Boolean flag) {
            return flag;
        }
        if (type == String.class && json instanceof String text) {
            return choice(text);
        }
        if (type == ModuleNames.class) {
            return moduleNames(json);
        }
        if (type instanceof ParameterizedType list
                && list.getRawType() == List.class
                && json instanceof List<?> items) {
            return list(items, list.getActualTypeArguments()[0]);
        }
        if (type instanceof ParameterizedType map
                && map.getRawType() == Map.class
                && json instanceof Map<?, ?> entries) {
            return map(entries, map.getActualTypeArguments()[1]);
        }
        throw wrong("must be " + named(type));
    }

    private long whole(Object json, long least, long most) {
        double value = number(json);
        if (value != Math.rint(value) || value < least || value > most) {
            throw wrong("must be a whole number" + range());
        }
        return (long) value;
    }

    private double number(Object json) {
        if (!(json instanceof Number given)) {
            throw wrong("must be a number" + range());
        }
        double value = given.doubleValue();
        boolean low = setting.aboveMin() ? value <= setting.min() : value < setting.min();
        boolean high = setting.belowMax() ? value >= setting.max() : value > setting.max();
        if (!Double.isFinite(value) || low || high) {
            throw wrong("is %s and must be%s".formatted(given, range()));
        }
        return value;
    }

    private String range() {
        String low = setting.min() == Double.NEGATIVE_INFINITY
                ? ""
                : (setting.aboveMin() ? " above " : " at least ") + plain(setting.min());
        String high = setting.max() == Double.POSITIVE_INFINITY
                ? ""
                : (setting.belowMax() ? " below " : " at most ") + plain(setting.max());
        return low + (low.isEmpty() || high.isEmpty() ? "" : " and") + high;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private String choice(String text) {
        if (setting.choices().length > 0 && !List.of(setting.choices()).contains(text)) {
            throw wrong("is '%s' and must be one of %s".formatted(text, String.join(", ", setting.choices())));
        }
        return text;
    }

    private ModuleNames moduleNames(Object json) {
        if (json instanceof List<?> items) {
            return new ModuleNames(
                    null,
                    list(items, String.class).stream().map(String.class::cast).toList());
        }
        if (!(json instanceof String pattern) || pattern.length() > LONGEST_PATTERN) {
            throw wrong("must be a list of module names or one regular expression of at most %d characters"
                    .formatted(LONGEST_PATTERN));
        }
        try {
            Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            throw wrong("is not a regular expression: " + e.getDescription());
        }
        return ModuleNames.matching(pattern);
    }

    private List<Object> list(List<?> items, Type type) {
        requireFew(items.size());
        var read = new ArrayList<>();
        for (Object item : items) {
            read.add(read(type, item == null ? "null" : item));
        }
        return List.copyOf(read);
    }

    private Map<String, Object> map(Map<?, ?> entries, Type type) {
        requireFew(entries.size());
        var read = new LinkedHashMap<String, Object>();
        entries.forEach((key, value) -> read.put(
                String.valueOf(key),
                new ConfigValue(field + "." + key, setting).read(type, value == null ? "null" : value)));
        return java.util.Collections.unmodifiableMap(read);
    }

    private void requireFew(int entries) {
        if (entries > MOST_ENTRIES) {
            throw wrong("has %d entries and may have %d".formatted(entries, MOST_ENTRIES));
        }
    }

    private static String named(Type type) {
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a text";
        }
        return type instanceof ParameterizedType generic && generic.getRawType() == Map.class ? "an object" : "a list";
    }

    private Problem wrong(String what) {
        return Problem.invalid(field, "invalid_value", "'%s' %s.".formatted(field, what));
    }
}
